<?php

/**
 * sabre/vobject as a child process: one JSON request a line on stdin, one JSON answer a line on stdout.
 *
 * {"id", "op": "expand", "ics", "from", "until"}  -> {"id", "result": [{start, end, isAllDay, summary}]}
 * {"id", "op": "judge", "ics"}                    -> {"id", "result": {validation: [{level, message}], iterator}}
 * {"id", "op": "offsets", "tzid", "instants"}     -> {"id", "result": [seconds east of UTC]}
 * Whatever fails answers {"id", "error"}.
 */

error_reporting(E_ALL & ~E_DEPRECATED & ~E_USER_DEPRECATED);
ini_set('display_errors', 'stderr');
ini_set('memory_limit', '512M');
date_default_timezone_set('UTC');

require (getenv('KALENDS_SABRE_AUTOLOAD') ?: __DIR__.'/vendor/autoload.php');

use Sabre\VObject;

$utc = new DateTimeZone('UTC');

function isoOf(VObject\Property\ICalendar\DateTime $property): string
{
    global $utc;
    $time = $property->getDateTime($utc);

    return $property->hasTime() ? $time->setTimezone($utc)->format('Y-m-d\TH:i:s.v\Z') : $time->format('Y-m-d');
}

/** The answer to an `expand` report. An event without DTEND or DURATION ends where it starts, a whole day after a day. */
function expand(string $ics, string $from, string $until): array
{
    $calendar = VObject\Reader::read($ics);
    $expanded = $calendar->expand(new DateTimeImmutable($from), new DateTimeImmutable($until));
    $found = [];
    foreach ($expanded->select('VEVENT') as $event) {
        $isAllDay = !$event->DTSTART->hasTime();
        if (isset($event->DTEND)) {
            $end = isoOf($event->DTEND);
        } else {
            $length = isset($event->DURATION) ? $event->DURATION->getDateInterval() : new DateInterval($isAllDay ? 'P1D' : 'PT0S');
            $at = $event->DTSTART->getDateTime(new DateTimeZone('UTC'))->add($length);
            $end = $isAllDay ? $at->format('Y-m-d') : $at->setTimezone(new DateTimeZone('UTC'))->format('Y-m-d\TH:i:s.v\Z');
        }
        $found[] = [
            'start' => isoOf($event->DTSTART),
            'end' => $end,
            'isAllDay' => $isAllDay,
            'summary' => (string) $event->SUMMARY,
        ];
    }
    $calendar->destroy();

    return $found;
}

/** What sabre/dav does with a PUT: CalDAV\Plugin::validateICalendar, then CalDAV\Backend\PDO::getDenormalizedData. */
function judge(string $ics): array
{
    $calendar = VObject\Reader::read($ics);
    $messages = $calendar->validate(VObject\Node::PROFILE_CALDAV | VObject\Node::REPAIR);
    $validation = array_map(
        fn (array $message) => ['level' => $message['level'], 'message' => $message['message']],
        $messages
    );
    // What was repaired is what is stored.
    $stored = VObject\Reader::read($calendar->serialize());
    try {
        walk($stored);
        $iterator = 'ok';
    } catch (Throwable $error) {
        $iterator = get_class($error).': '.$error->getMessage();
    }

    return ['validation' => array_values($validation), 'iterator' => $iterator];
}

function walk(VObject\Component\VCalendar $calendar): void
{
    $event = $calendar->VEVENT;
    if (null === $event) {
        return;
    }
    $event->DTSTART->getDateTime()->getTimestamp();
    if (!isset($event->RRULE)) {
        isset($event->DTEND) && $event->DTEND->getDateTime()->getTimestamp();

        return;
    }
    $iterator = new VObject\Recur\EventIterator($calendar, (string) $event->UID);
    $latest = new DateTime('2038-01-01');
    if ($iterator->isInfinite()) {
        return;
    }
    $end = $iterator->getDtEnd();
    while ($iterator->valid() && $end < $latest) {
        $end = $iterator->getDtEnd();
        $iterator->next();
    }
}

function offsets(string $tzid, array $instants): array
{
    $zone = VObject\TimeZoneUtil::getTimeZone($tzid, null, true);

    return array_map(fn (int $at) => $zone->getOffset(new DateTimeImmutable("@$at")), $instants);
}

while (false !== ($line = fgets(STDIN))) {
    $request = json_decode($line, true);
    try {
        $result = match ($request['op']) {
            'expand' => expand($request['ics'], $request['from'], $request['until']),
            'judge' => judge($request['ics']),
            'offsets' => offsets($request['tzid'], $request['instants']),
        };
        $answer = ['id' => $request['id'], 'result' => $result];
    } catch (Throwable $error) {
        $answer = ['id' => $request['id'], 'error' => get_class($error).': '.$error->getMessage()];
    }
    fwrite(STDOUT, json_encode($answer, JSON_UNESCAPED_UNICODE | JSON_UNESCAPED_SLASHES | JSON_INVALID_UTF8_SUBSTITUTE)."\n");
}
