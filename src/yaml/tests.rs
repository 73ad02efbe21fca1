#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use proptest::prelude::*;
use serde_json::{Map, Value, json};

use super::{decode, emit, parse, value};

/// Any JSON value, rich in the words that YAML readers trip over.
pub fn any_value() -> impl Strategy<Value = Value> {
    let nasty = proptest::sample::select(vec![
        "",
        " ",
        "no",
        "yes",
        "on",
        "null",
        "~",
        "1e3",
        "0x1F",
        "0o7",
        "1_000",
        "007",
        "-1",
        "+1",
        ".5",
        "1.",
        ".inf",
        "nan",
        " lead",
        "trail ",
        "# x",
        "a #b",
        ": ",
        "a: b",
        "a:",
        "- a",
        "-",
        "?",
        "? a",
        "---",
        "...",
        "&a",
        "*a",
        "!x",
        "%x",
        "@x",
        "`x`",
        "'",
        "\"",
        "\\",
        "{",
        "}",
        "[",
        "]",
        ",",
        "|",
        ">",
        "\t",
        "a\tb",
        "\n",
        "a\n",
        "a\n\n",
        "\na",
        "a\n b\n",
        " a\nb",
        "a \nb",
        "a\r\nb",
        "a\rb",
        "\u{85}",
        "a\u{85}b",
        "\u{2028}",
        "\u{2029}",
        "\0",
        "a\0b",
        "\u{1b}[31m",
        "\u{7f}",
        "\u{9b}1m",
        "\u{feff}",
        "a\u{feff}b",
        "\u{202e}abc",
        "\u{fffe}",
        "\u{ffff}",
        "😀",
        "👩\u{200d}👩",
        "é\u{301}",
        "名前",
        "2026-10-05",
        "2026-10-05T08:02:10Z",
        "12:30:45",
        "1:2",
        "0123-45-67",
        "5d0c1e77a2f0b9c4",
        "12345678e1234567",
        "99999999999999999999",
        "<<",
        "=",
        "# end 13 9f2c61d0",
        "a\n# end 1 00000000\nb",
        "- n: 1\n- n: 2\n",
        "key: value\nmore: |\n  x\n",
    ]);
    let text = prop_oneof![
        4 => nasty.clone().prop_map(str::to_owned),
        2 => any::<String>(),
        2 => "[a-z ]{0,30}",
        2 => "([ -~]{0,20}\n){0,4}[ -~]{0,20}\n{0,3}",
        1 => proptest::collection::vec(nasty, 0..4).prop_map(|v| v.concat()),
        1 => "[a-z]{90,130}",
    ];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        (-1000i64..1000).prop_map(Value::from),
        any::<f64>().prop_filter("finite", |x| x.is_finite()).prop_map(Value::from),
        text.clone().prop_map(Value::from),
        text.clone().prop_map(Value::from),
    ];
    leaf.prop_recursive(5, 48, 6, move |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            proptest::collection::vec((text.clone(), inner), 0..6)
                .prop_map(|pairs| Value::Object(pairs.into_iter().collect::<Map<_, _>>())),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1500))]

    #[test]
    fn what_is_written_reads_back(v in any_value()) {
        let text = emit::document(&v);
        let back = value(&text, "written").map_err(|e| TestCaseError::fail(format!("{e}\n{text}")))?;
        prop_assert_eq!(&back, &v, "{}", text);
        prop_assert_eq!(emit::document(&back), text);
    }

    #[test]
    fn a_written_item_reads_back_at_any_indent(v in any_value(), indent in 0usize..5) {
        let text = format!("events:\n{}\n# c\n{}", emit::list_item(&v, indent), emit::list_item(&v, indent));
        let back = value(&text, "written").map_err(|e| TestCaseError::fail(format!("{e}\n{text}")))?;
        prop_assert_eq!(&back["events"][0], &v, "{}", text);
        prop_assert_eq!(&back["events"][1], &v, "{}", text);
    }

    #[test]
    fn the_short_way_back_agrees_with_the_door(v in any_value(), at in any::<proptest::sample::Index>(), new in any::<char>()) {
        let text = emit::list_item(&v, 2);
        if v.as_object().is_some_and(|map| !map.is_empty()) {
            prop_assert_eq!(emit::read_item(&text), Some(v), "{}", text);
        }
        let mut changed: Vec<char> = text.chars().collect();
        let at = at.index(changed.len());
        changed[at] = new;
        let changed: String = changed.into_iter().collect();
        if let Some(back) = emit::read_item(&changed) {
            prop_assert_eq!(value(&changed, "changed").ok(), Some(Value::from(vec![back])), "{}", changed);
        }
    }

    #[test]
    fn any_text_is_read_or_refused_without_a_panic(text in any::<String>()) {
        if let Err(e) = value(&text, "any") {
            let said = e.to_string();
            prop_assert!(said.starts_with("any"));
            prop_assert!(said.chars().all(|c| c == '\n' || !c.is_control()), "{said:?}");
        }
    }

    #[test]
    fn any_bytes_are_decoded_or_refused(bytes in any::<Vec<u8>>()) {
        match decode(&bytes, "any") {
            Ok(text) => prop_assert!(bytes.ends_with(text.as_bytes())),
            Err(e) => prop_assert!(!e.message.is_empty()),
        }
    }
}

#[test]
fn house_style() {
    let v = json!({
        "n": 13, "at": "2026-10-05T11:00:00Z", "do": "answer", "value": "yes", "share": 0.5,
        "text": "Drivers moved.\nWe hear more.\n", "short": "a\nb", "said": "It is, we think, so.",
        "ratings": {"price": "a_bit_surprising", "wait": "expected"}, "range": ["2026-06-01", 2.0], "none": [], "empty": {},
        "long": ["aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb", "cccccccccccccccccccccccccccccccccc"],
        "deep": {"rows": [{"a": "x\ny"}, [["z\nz"]]]},
    });
    let expected = r#"  - n: 13
    at: 2026-10-05T11:00:00Z
    do: answer
    value: "yes"
    share: 0.5
    text: |
      Drivers moved.
      We hear more.
    short: |-
      a
      b
    said: "It is, we think, so."
    ratings: {price: a_bit_surprising, wait: expected}
    range: [2026-06-01, 2.0]
    none: []
    empty: {}
    long:
      - aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa
      - bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb
      - cccccccccccccccccccccccccccccccccc
    deep:
      rows:
        - a: |-
            x
            y
        - - - |-
              z
              z
"#;
    assert_eq!(emit::list_item(&v, 2), expected);
    assert_eq!(value(expected, "x").unwrap()[0], v);
}

#[test]
fn long_keys_survive() {
    let v = json!({"k".repeat(5000): {"q".repeat(900): 1}, "b": 2});
    assert_eq!(value(&emit::document(&v), "x").unwrap(), v);
    assert_eq!(value(&emit::list_item(&v, 2), "x").unwrap()[0], v);
}

#[test]
fn yaml_1_2_words_and_exact_numbers() {
    let text = "a: yes\nb: no\nc: on\nd: true\ne: 007\nf: 1_000\ng: 2026-10-05\nh: 18446744073709551615\ni: -9223372036854775808\nj: 1e3\nk: ~\nl: 0.12345678901234567890123\n";
    let v = value(text, "x").unwrap();
    assert_eq!(
        v,
        json!({"a": "yes", "b": "no", "c": "on", "d": true, "e": "007", "f": "1_000", "g": "2026-10-05",
            "h": 18446744073709551615u64, "i": i64::MIN, "j": 1000.0, "k": null, "l": 0.123_456_789_012_345_68})
    );
    for huge in ["18446744073709551616", "-9223372036854775809", "+99999999999999999999999"] {
        let e = value(&format!("ok: 1\nbad: {huge}\n"), "x.yaml").unwrap_err();
        assert_eq!((e.line, e.column), (2, 6), "{e}");
        assert!(e.message.contains("put it in quotes"), "{e}");
    }
    assert_eq!(value("a: \"99999999999999999999\"\n", "x").unwrap()["a"], "99999999999999999999");
}

#[test]
fn refusals_name_the_place() {
    for (text, place, word) in [
        ("a: 1\nb: 2\na: 3\n", (3, 1), "twice"),
        ("a: 1\n---\nb: 2\n", (2, 1), "document"),
        ("a: !!python/x [1]\n", (1, 0), "tag"),
        ("a: 1\nb: .inf\n", (2, 4), "finite"),
        ("a: 1\nb: \"cut\n", (2, 0), ""),
        ("a: *no\n", (1, 4), "anchor"),
        ("a: x\u{0}y\n", (1, 5), "U+0000"),
        ("a: x\u{9b}y\n", (1, 5), "U+009B"),
    ] {
        let e = value(text, "f.yaml").expect_err(text);
        assert_eq!(e.line, place.0, "{text:?} gave {e}");
        assert!(place.1 == 0 || e.column == place.1, "{text:?} gave {e}");
        assert!(e.message.contains(word), "{text:?} gave {e}");
        assert!(e.snippet.contains('^'), "{e}");
    }
    #[derive(Debug, serde::Deserialize)]
    #[serde(deny_unknown_fields)]
    #[allow(dead_code)]
    struct Small {
        a: u8,
    }
    let e = super::parse_at::<Small>("a: 1\nb: 2\n", "f.yaml", 11).unwrap_err();
    assert_eq!((e.line, e.message.contains("`b`")), (12, true), "{e}");
    assert!(e.snippet.contains("12 | b: 2"), "{e}");
    let e = parse::<Small>("a: word\n", "f.yaml").unwrap_err();
    assert_eq!(e.line, 1, "{e}");
}

#[test]
fn bombs_are_refused() {
    let deep = "[".repeat(20_000);
    assert!(value(&deep, "x").is_err());
    let mut laughs = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x]\n");
    for i in 1..12 {
        let row = vec![format!("*a{}", i - 1); 9].join(", ");
        laughs.push_str(&format!("a{i}: &a{i} [{row}]\n"));
    }
    let e = value(&laughs, "x").unwrap_err();
    assert!(e.message.contains("alias") || e.message.contains("larger"), "{e}");
}

/// The shared folder of hostile files, or `None` with a word on why the test is skipped.
pub fn shared(part: &str) -> Option<std::path::PathBuf> {
    let root = std::env::var_os("WHYBOARD_SHARED")
        .map_or_else(|| std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared"), std::path::PathBuf::from);
    let folder = root.join(part);
    if folder.is_dir() {
        return Some(folder);
    }
    eprintln!("skipped: {} is absent; set WHYBOARD_SHARED to the shared folder", folder.display());
    None
}

#[test]
fn hostile_files() {
    let Some(folder) = shared("hostile") else { return };
    let read = |name: &str| {
        let bytes = std::fs::read(folder.join(name)).unwrap();
        decode(&bytes, name).and_then(|text| value(text, name))
    };
    let fails = |name: &str, word: &str| {
        let e = read(name).expect_err(name);
        assert!(e.to_string().contains(word), "{name}: {e}");
        assert!(e.to_string().chars().all(|c| c == '\n' || !c.is_control()), "{name}: {e:?}");
        e
    };
    fails("yaml02_deep_nesting.yaml", "");
    fails("yaml03_deep_block.yaml", "64 levels");
    assert_eq!(fails("yaml05_huge_int.yaml", "too large").line, 1);
    assert_eq!(read("yaml06_future_version.yaml").unwrap()["version"], 9999);
    assert_eq!(fails("yaml08_truncated.yaml", "").line, 3);
    fails("yaml09_binary.yaml", "not text");
    assert_eq!(read("yaml11_null.yaml").unwrap(), Value::Null);
    assert_eq!(read("yaml12_scalar.yaml").unwrap(), "just text");
    assert_eq!(fails("yaml14_multi_doc.yaml", "document").line, 2);
    assert_eq!(fails("yaml15_custom_tags.yaml", "tag").line, 2);
    assert_eq!(read("yaml17_escapes.yaml").unwrap()["problem"]["text"], "\u{1b}]52;c;aGk=\u{7}");
    assert!(read("yaml18_path_traversal.yaml").is_ok());
    fails("yaml20_utf16.yaml", "UTF-16");
    assert_eq!(read("yaml21_crlf_bom.yaml").unwrap(), json!({"version": 1, "problem": {"text": "hi"}}));
    assert!(read("yaml23_1mb_string.yaml").is_ok());
    assert_eq!(read("yaml24_100k_hypotheses.yaml").unwrap()["hypotheses"].as_array().unwrap().len(), 100_000);
}
