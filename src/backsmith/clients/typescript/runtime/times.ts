// The spellings of days, times and instants that the server takes, and how to compare them.

const DATE = /^([0-9]{4})-([0-9]{2})-([0-9]{2})$/;
const TIME = "([0-9]{2}):([0-9]{2})(?::([0-9]{2})(?:[.,][0-9]{1,30})?)?";
const ZONE = "(?:[Zz]|[+-]([0-9]{2})(?::?([0-9]{2}))?)";
const CLOCK = new RegExp(`^${TIME}$`);
const INSTANT = new RegExp(`^([0-9]{4}-[0-9]{2}-[0-9]{2})(?:[Tt ]${TIME} ?${ZONE}?)?$`);
const PART = "[+-]?[0-9]{1,20}(?:[.,][0-9]{0,20})?";
const LENGTH = new RegExp(
  `^[+-]?P(?=[0-9T+-])(?:${PART}W)?(?:${PART}D)?(?:T(?=[0-9+-])(?:${PART}H)?(?:${PART}M)?(?:${PART}S)?)?$`,
);
const HOURS = /^[+-]?[0-9]{1,12}:[0-5][0-9](?::[0-5][0-9](?:\.[0-9]{0,20})?)?$/;

export function isDay(value: string): boolean {
  const found = DATE.exec(value);
  if (found === null) return false;
  const [year, month, day] = [Number(found[1]), Number(found[2]), Number(found[3])];
  const leap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
  const days = [31, leap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1] ?? 0;
  return year > 0 && day > 0 && day <= days;
}

function isClock(hour: string | undefined, minute: string | undefined, second: string | undefined): boolean {
  return Number(hour ?? 0) < 24 && Number(minute ?? 0) < 60 && Number(second ?? 0) <= 60;
}

export function isInstant(value: string): boolean {
  const found = INSTANT.exec(value);
  if (found === null || !isDay(found[1] ?? "") || !isClock(found[2], found[3], found[4])) return false;
  return Number(found[5] ?? 0) <= 15 && Number(found[6] ?? 0) < 60;
}

export function isTime(value: string): boolean {
  const found = CLOCK.exec(value);
  return found !== null && isClock(found[1], found[2], found[3]);
}

/** `9:30` -> `09:30:00.000000`, so that texts are compared as times are. */
export function wholeTime(value: string): string {
  const [, hour, minute, second] = CLOCK.exec(value) ?? [];
  const fraction = /[.,]([0-9]+)$/.exec(value)?.[1] ?? "";
  return `${hour}:${minute}:${second ?? "00"}.${fraction.slice(0, 6).padEnd(6, "0")}`;
}

/** Milliseconds since 1970; without a zone it is UTC. */
export function moment(value: string): number {
  const written = value
    .trim()
    .replace(/[t ](?=[0-9]{2}:)/, "T")
    .replace(",", ".");
  const zoned = /T.*([Zz]|[+-][0-9:]+)$/.test(written)
    ? written.replace(/ ?([+-][0-9]{2})$/, "$1:00")
    : written.includes("T")
      ? `${written}Z`
      : `${written}T00:00Z`;
  return Date.parse(zoned);
}

export function isDuration(value: string): boolean {
  return LENGTH.test(value) || HOURS.test(value);
}
