"""Declares the campaigns: calls to customers drawn at random, with a control group."""

from bot.campaigns import listeners, views
from bot.campaigns.listeners.standing import question, read_standing
from bot.campaigns.queries import contributions
from bot.campaigns.queries.answers import find_form
from bot.campaigns.queries.standing import find_standing_form
from bot.campaigns.schemas import CallsOver, CampaignCalls, CampaignChannelLost, CampaignEnded, CampaignProgress
from bot.campaigns.usecases import answering, erasing, progress
from bot.campaigns.usecases.standing import answer_standing
from bot.campaigns.views import forms, results, standing
from bot.core.feature import CheckinExtra, Feature, Subcommand

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
        CheckinExtra(
            key=standing.EXTRA,
            about=find_standing_form,
            blocks=standing.extra_field,
            read=read_standing,
            use_case=answer_standing,
        ),
    ),
    undo_checkin=answering.undo_checkin,
    timeline=contributions.timeline,
    erase=erasing.erase,
    export=contributions.export,
    subcommands=(
        Subcommand(
            word="question",
            about="shows what customers answer to the question of every check-in; managers choose it.",
            answer=question,
        ),
    ),
)
