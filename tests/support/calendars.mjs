// Prints what ical.js, a reader of calendars beside the library that writes them, finds in files:
// for each its events, and of one that repeats the days on which it takes place from 2027 on.
//     node calendars.mjs FILE… >JSON
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const require = createRequire(new URL("../node/", import.meta.url));
const ICAL = require("ical.js").default || require("ical.js");
const DAYS = 6;

function days(event) {
  if (!event.isRecurring()) return [];
  const found = [];
  const iterator = event.iterator();
  for (let next = iterator.next(); found.length < DAYS; next = iterator.next()) {
    const { startDate } = event.getOccurrenceDetails(next);
    if (startDate.year >= 2027) found.push(startDate.toString());
  }
  return found;
}

const read = process.argv.slice(2).map((file) => {
  const calendar = new ICAL.Component(ICAL.parse(readFileSync(file, "utf8")));
  calendar.getAllSubcomponents("vtimezone").forEach((zone) => ICAL.TimezoneService.register(zone));
  const events = calendar.getAllSubcomponents("vevent");
  const exceptions = events.filter((each) => each.hasProperty("recurrence-id"));
  const [first] = events;
  const event = new ICAL.Event(first, { exceptions });
  return {
    summary: event.summary,
    location: event.location,
    description: event.description,
    start: event.startDate.toString(),
    alarms: first.getAllSubcomponents("valarm").length,
    days: days(event),
  };
});
console.log(JSON.stringify(read));
