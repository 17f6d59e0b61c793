"""recurring_ical_events as a child process: one JSON request a line on stdin, one JSON answer a line on stdout.

{"id", "op": "expand", "ics", "from", "until"}  -> {"id", "result": [{start, end, isAllDay, summary}]}
{"id", "op": "offsets", "tzid", "instants"}     -> {"id", "result": [seconds east of UTC]}
Whatever fails answers {"id", "error"}.
"""

import json
import sys
import warnings
from datetime import datetime, timedelta, timezone

warnings.simplefilter("ignore")

import icalendar
import pytz
import recurring_ical_events


def instant(value):
    """Dates are midnight UTC, times without a zone are UTC."""
    if not isinstance(value, datetime):
        return datetime(value.year, value.month, value.day, tzinfo=timezone.utc)
    return value.replace(tzinfo=timezone.utc) if value.tzinfo is None else value.astimezone(timezone.utc)


def iso(value):
    if not isinstance(value, datetime):
        return value.isoformat()
    return instant(value).strftime("%Y-%m-%dT%H:%M:%S.") + f"{value.microsecond // 1000:03d}Z"


def expand(ics, start, until):
    first = datetime.fromisoformat(start.replace("Z", "+00:00"))
    last = datetime.fromisoformat(until.replace("Z", "+00:00"))
    calendar = icalendar.Calendar.from_ical(ics)
    found = []
    for event in recurring_ical_events.of(calendar).between(first, last):
        begins, ends = event["DTSTART"].dt, event["DTEND"].dt
        is_all_day = not isinstance(begins, datetime)
        if is_all_day and ends <= begins:
            ends = begins + timedelta(days=1)
        summary = str(event.get("SUMMARY", ""))
        found.append({"start": iso(begins), "end": iso(ends), "isAllDay": is_all_day, "summary": summary})
    return found


def offsets(tzid, instants):
    zone = pytz.timezone(tzid)
    return [int(datetime.fromtimestamp(at, zone).utcoffset().total_seconds()) for at in instants]


OPERATIONS = {
    "expand": lambda request: expand(request["ics"], request["from"], request["until"]),
    "offsets": lambda request: offsets(request["tzid"], request["instants"]),
}

for line in sys.stdin:
    request = json.loads(line)
    try:
        answer = {"id": request["id"], "result": OPERATIONS[request["op"]](request)}
    except Exception as error:  # noqa: BLE001
        answer = {"id": request["id"], "error": f"{type(error).__name__}: {error}"}
    print(json.dumps(answer), flush=True)
