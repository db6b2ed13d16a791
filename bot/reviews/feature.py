"""Declares the reviews, which show whether small customers get the same care as large ones."""

from bot.core.feature import DigestKindOffer, Feature, Subcommand
from bot.reviews import listeners, views
from bot.reviews.listeners.capacity import capacity
from bot.reviews.queries.capacity import list_limits
from bot.reviews.queries.former import export
from bot.reviews.queries.reconciliation import list_last_discrepancies, list_problems, list_suspects
from bot.reviews.queries.review import compose_review
from bot.reviews.schemas import WeeklyReview
from bot.reviews.schemas.plans import PlanMade, PlanTold
from bot.reviews.schemas.reconciliation import NotAccountedFor
from bot.reviews.views import plans
from bot.reviews.views.reconciliation import not_accounted_for

FEATURE = Feature(
    name="reviews",
    register=listeners.register,
    views={
        WeeklyReview: views.weekly,
        NotAccountedFor: not_accounted_for,
        PlanMade: plans.plan_made,
        PlanTold: plans.plan_told,
    },
    export=export,
    check=list_last_discrepancies,
    suspects=list_suspects,
    check_all=list_problems,
    digest_kinds=(
        DigestKindOffer(
            key="review",
            label="The weekly review",
            about="Whether small and large customers get the same care, what moved, who needs help, what went well.",
            clear="There are no customers to review yet.",
            compose=compose_review,
        ),
    ),
    limits=list_limits,
    subcommands=(
        Subcommand(
            word="proof",
            about="is for managers: whether small and large customers get the same care.",
            answer=listeners.proof,
        ),
        Subcommand(
            word="review",
            about="is for managers: what the week was like; or the month, or the quarter.",
            answer=listeners.review,
        ),
        Subcommand(
            word="capacity",
            about="is for managers: what the cadences ask of everybody, and what is possible.",
            answer=capacity,
        ),
    ),
)
