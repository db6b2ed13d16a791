"""Declares the campaigns: calls to customers drawn at random, with a control group."""

from bot.campaigns import listeners, views
from bot.campaigns.queries import contributions
from bot.campaigns.queries.answers import find_form
from bot.campaigns.schemas import CallsOver, CampaignCalls, CampaignChannelLost, CampaignEnded, CampaignProgress
from bot.campaigns.usecases import answering, erasing, progress
from bot.campaigns.views import forms, results
from bot.core.feature import CheckinExtra, Feature

FEATURE = Feature(
    name="campaigns",
    register=listeners.register,
    views={
        CampaignCalls: views.calls,
        CampaignProgress: views.progress,
        CampaignEnded: results.ended,
        CallsOver: results.over,
        CampaignChannelLost: views.channel_lost,
    },
    refresh={CampaignProgress: progress.refresh_progress},
    checkin_extras=(
        CheckinExtra(
            key=forms.ANSWERS,
            about=find_form,
            blocks=forms.extra_fields,
            read=listeners.read_answers,
            use_case=answering.answer_in_checkin,
        ),
    ),
    undo_checkin=answering.undo_checkin,
    timeline=contributions.timeline,
    erase=erasing.erase,
    export=contributions.export,
)
