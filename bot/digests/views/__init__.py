"""Views of the digests feature, and the ids of its blocks and controls."""

TAKE = "digests.take"
UNDO = "digests.undo"
POOL = "digests.pool"
SETUP = "digests.setup"
TEST = "digests.test"
EDIT = "digests.arrange"
ZONES = "digests.zones"
BACK = "digests.back"
NEXT = "digests.next"
MINE = "digests.mine"
TEAM = "digests.team"
AUDIT_BACK = "digests.audit_back"
AUDIT_NEXT = "digests.audit_next"
LOG = "checkins.log"  # the check-ins feature listens to these two
START = "checkins.start"


def row_block(customer_id: object) -> str:
    """Return the block id of a customer's row."""
    return f"digests.row:{customer_id}"
