//! The unit that a column's name tells, for headers.

/// Words at the end of a name that stand for a unit, and how it is written. Single letters are left out: they stand for
/// too much else.
const UNITS: [(&str, &str); 54] = [
    ("ms", "ms"),
    ("msec", "ms"),
    ("millis", "ms"),
    ("sec", "s"),
    ("secs", "s"),
    ("seconds", "s"),
    ("min", "min"),
    ("mins", "min"),
    ("minutes", "min"),
    ("hr", "h"),
    ("hrs", "h"),
    ("hours", "h"),
    ("days", "days"),
    ("weeks", "weeks"),
    ("months", "months"),
    ("years", "years"),
    ("mm", "mm"),
    ("cm", "cm"),
    ("km", "km"),
    ("meters", "m"),
    ("metres", "m"),
    ("feet", "ft"),
    ("miles", "mi"),
    ("kmh", "km/h"),
    ("kph", "km/h"),
    ("mph", "mph"),
    ("kg", "kg"),
    ("mg", "mg"),
    ("lb", "lb"),
    ("lbs", "lb"),
    ("kb", "KB"),
    ("mb", "MB"),
    ("gb", "GB"),
    ("bytes", "bytes"),
    ("kwh", "kWh"),
    ("hz", "Hz"),
    ("mhz", "MHz"),
    ("ghz", "GHz"),
    ("celsius", "°C"),
    ("fahrenheit", "°F"),
    ("pct", "%"),
    ("percent", "%"),
    ("percentage", "%"),
    ("usd", "USD"),
    ("eur", "EUR"),
    ("gbp", "GBP"),
    ("nok", "NOK"),
    ("sek", "SEK"),
    ("dkk", "DKK"),
    ("chf", "CHF"),
    ("jpy", "JPY"),
    ("cny", "CNY"),
    ("inr", "INR"),
    ("cents", "cents"),
];
/// A text in brackets longer than this is no unit.
const LONGEST: usize = 8;

/// The unit that the name of a column of numbers tells: `wait_min` → min, `Speed (km/h)` → km/h. `all` are the names of
/// the table: beside `price_max` a `price_min` is no time.
#[must_use]
pub fn unit<'a>(name: &'a str, mut all: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let name = name.trim();
    if let Some(inside) = name
        .strip_suffix(')')
        .and_then(|n| n.rsplit_once('('))
        .or_else(|| name.strip_suffix(']').and_then(|n| n.rsplit_once('[')))
    {
        let (before, inside) = (inside.0, inside.1.trim());
        let fits = !before.trim().is_empty() && (1..=LONGEST).contains(&inside.chars().count());
        return (fits && !inside.chars().all(|c| c.is_ascii_digit())).then_some(inside);
    }
    let (stem, last) = name.rsplit_once(['_', ' ', '.'])?;
    let found = UNITS.iter().find(|(word, _)| last.eq_ignore_ascii_case(word)).map(|(_, unit)| *unit)?;
    let is_least = last.eq_ignore_ascii_case("min")
        && all.any(|other| {
            let other = other.trim();
            other.len() == name.len()
                && other.get(..stem.len()).is_some_and(|s| s.eq_ignore_ascii_case(stem))
                && other.get(stem.len() + 1..).is_some_and(|s| s.eq_ignore_ascii_case("max"))
        });
    (!is_least && !stem.is_empty()).then_some(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_tell_units_and_the_rest_is_left_alone() {
        for (name, expected) in [
            ("wait_min", Some("min")),
            ("Speed (km/h)", Some("km/h")),
            ("weight [kg]", Some("kg")),
            ("rival_gap_pct", Some("%")),
            ("fare.USD", Some("USD")),
            ("min", None),
            ("_min", None),
            ("zone", None),
            ("list (2024)", None),
            ("name (as written)", None),
            ("price_min", None),
        ] {
            assert_eq!(unit(name, ["price_min", "price_max"].into_iter()), expected, "{name}");
        }
    }
}
