//! Every row of the manifest of bad inputs, by the real program: what a good tool does with it, how long and how much
//! memory it takes, and that nothing of it reaches the terminal. A row that is not known here must at least be survived.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

/// A file may take so long and so much.
const LONGEST: Duration = Duration::from_secs(10);
const MOST_MEMORY_KB: u64 = 600 * 1024;

/// What is to come of a data file.
enum Is {
    /// It opens: so many rows, `name:type` of the columns ("…" stands for more), words among the messages.
    Table(u64, &'static str, &'static [&'static str]),
    /// It is refused: exit 3, with these words.
    Refused(&'static [&'static str]),
}
use Is::{Refused, Table};

const DATA: &[(&str, Is)] = &[
    ("csv01_empty.csv", Refused(&["csv01_empty.csv is empty"])),
    ("csv02_only_newlines.csv", Refused(&["only blank lines"])),
    ("csv04_one_column.csv", Table(3, "churned:int", &[])),
    ("csv05_one_row.csv", Table(1, "a:int b:text churned:int", &[])),
    ("csv07_dup_headers.csv", Table(2, "id:int city:text city_2:text …", &["city → city_2", "column_4"])),
    (
        "csv08_ragged.csv",
        Table(
            4,
            "a:int b:int churned:int",
            &["too few cells", "(line 3)", "more than 3 cells", "(line 4)", "blank line"],
        ),
    ),
    ("csv10_bad_quotes.csv", Table(3, "a:int b:text churned:int", &["closing quote", "line 3", "line 4"])),
    ("csv11_quoted_newlines.csv", Table(2, "id:int note:text churned:int", &[])),
    ("csv13_cr_only.csv", Table(3, "user_id:int city:text churned:int", &["CR"])),
    ("csv14_mixed_eol.csv", Table(3, "a:int churned:int", &["LF and CR LF and CR"])),
    (
        "csv16_semicolon_decimal_comma.csv",
        Table(3, "id:int price:float churned:int", &["delimiter ;", "decimal commas"]),
    ),
    ("csv17_tabs.csv", Table(3, "user_id:int city:text churned:int", &["delimiter tab"])),
    ("csv19_sep_line.csv", Table(2, "a:int churned:int", &["delimiter ;", "sep=;"])),
    ("csv20_comments_preamble.csv", Table(2, "a:int churned:int", &["2 lines above the header"])),
    ("csv22_late_type_change.csv", Table(20_003, "x:text churned:int", &["line 20004", "is not a number"])),
    ("csv23_mixed_nulls.csv", Table(11, "x:int churned:int", &["NULL", "N/A", "\"?\"", "empty cells"])),
    ("csv25_constant_kpi.csv", Table(3, "x:int churned:int", &[])),
    ("csv26_huge_ints_floats.csv", Table(5, "x:float y:float churned:int", &["beyond 64 bits"])),
    ("csv28_dates_mixed.csv", Table(8, "d:text churned:int", &["d stays text", "values are dates"])),
    ("csv29_formula_injection.csv", Table(4, "name:text churned:int", &[])),
    ("csv31_1mb_cell.csv", Table(2, "id:int blob:text churned:int", &[])),
    ("csv32_long_header.csv", Table(2, "…", &[])),
    ("csv34_invalid_utf8.csv", Table(3, "city:text churned:int", &["offset 16"])),
    ("csv35_latin1.csv", Table(3, "by:text churned:int", &["windows-1252"])),
    ("csv37_gb18030.csv", Table(2, "…", &["gb18030"])),
    ("csv38_shiftjis.csv", Table(2, "…", &["shift_jis"])),
    ("csv40_zalgo.csv", Table(2, "x:text churned:int", &[])),
    ("csv41_homoglyph_categories.csv", Table(6, "plan:text churned:int", &["look-alike"])),
    ("csv43_high_cardinality.csv", Table(50_000, "id:int email:text churned:int", &["identifier"])),
    ("csv44_no_trailing_newline.csv", Table(2, "a:int churned:int", &[])),
    ("csv46_bool_spellings.csv", Table(8, "churned:text x:int", &[])),
    ("csv47_path_like_and_markup.csv", Table(7, "x:text churned:int", &[])),
    ("con01_good.parquet", Table(1000, "a:int s:text churned:int", &[])),
    ("con03_zero.parquet", Refused(&["is empty"])),
    ("con04_flipped_footer.parquet", Refused(&["broken"])),
    ("con06_huge_footer_len.parquet", Refused(&["claims 2147483647 bytes"])),
    ("con07_parquet_named.csv", Table(1000, "a:int s:text churned:int", &[])),
    ("con09_csv.gz.csv", Table(3, "user_id:int city:text churned:int", &["Unpacked"])),
    ("con10_good.csv.gz", Table(3, "user_id:int city:text churned:int", &["Unpacked"])),
    ("con12_gzip_bomb.csv.gz", Refused(&["unpacks to more than"])),
    ("con13_zip_slip.csv", Refused(&["zip archive"])),
    ("con15_utf8.html.csv", Refused(&["HTML"])),
    ("con16_xlsx_like.csv", Refused(&["con16_xlsx_like.csv"])),
    ("json01_deep_arrays.json", Refused(&["127 levels"])),
    ("json02_deep_object.json", Refused(&["127 levels"])),
    ("json04_object_not_array.json", Table(2, "id:int churned:int", &["under the key \"users\""])),
    ("json05_ragged.json", Table(5, "a:text churned:int b:text", &["entry 4"])),
    ("json07_ndjson.json", Table(2, "a:int churned:int", &[])),
    ("json08_bad_line.ndjson", Refused(&["line 2"])),
    ("json10_trailing_comma.json", Refused(&["line 1, column 9"])),
    ("json11_huge_number.json", Refused(&["out of range"])),
    ("json13_escape_in_string.json", Table(2, "a:text churned:int", &[])),
    ("json14_empty_array.json", Refused(&["no rows"])),
    ("esc02_osc8_link.csv", Table(2, "x:text churned:int", &[])),
    ("esc03_csi_clear_move.csv", Table(3, "x:text churned:int", &[])),
    ("esc05_dcs_sixel_apc.csv", Table(5, "x:text churned:int", &[])),
    ("esc06_queries.csv", Table(4, "x:text churned:int", &[])),
    ("esc08_c1_8bit.csv", Table(2, "x:text churned:int", &[])),
    ("esc09_unterminated_osc.csv", Table(4, "x:text churned:int", &[])),
];

/// Words with which a session or playbook that is none is refused.
const YAML: &[(&str, &str)] = &[
    ("yaml02_deep_nesting.yaml", "recursion limit"),
    ("yaml03_deep_block.yaml", "deeper than 64 levels"),
    ("yaml05_huge_int.yaml", "whole number"),
    ("yaml06_future_version.yaml", "newer"),
    ("yaml08_truncated.yaml", "unclosed quote"),
    ("yaml09_binary.yaml", "not text"),
    ("yaml11_null.yaml", "schema: session/1"),
    ("yaml12_scalar.yaml", "schema: session/1"),
    ("yaml14_multi_doc.yaml", "more than one document"),
    ("yaml15_custom_tags.yaml", "tag"),
    ("yaml20_utf16.yaml", "UTF-16"),
];

fn folder() -> Option<PathBuf> {
    let shared = std::env::var_os("WHYBOARD_SHARED")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared"), PathBuf::from);
    let folder = shared.join("hostile");
    if folder.is_dir() {
        return Some(folder);
    }
    eprintln!("skipped: {} is not there (set WHYBOARD_SHARED)", folder.display());
    None
}

struct Ran {
    exit: Option<i32>,
    out: String,
    err: String,
}

/// Runs the program within its limits of time and memory; nothing that it says may steer a terminal.
fn run(args: &[&std::ffi::OsStr]) -> Ran {
    let shown = args.iter().map(|a| a.to_string_lossy()).collect::<Vec<_>>().join(" ");
    let home = tempfile::tempdir().unwrap();
    let (out, err) = (home.path().join("out"), home.path().join("err"));
    let mut child = Command::new(env!("CARGO_BIN_EXE_whyboard"))
        .args(args)
        .env("HOME", home.path())
        .env("XDG_CACHE_HOME", home.path())
        .env("XDG_STATE_HOME", home.path())
        .stdin(Stdio::null())
        .stdout(File::create(&out).unwrap())
        .stderr(File::create(&err).unwrap())
        .spawn()
        .unwrap();
    let (begun, status) = (Instant::now(), format!("/proc/{}/status", child.id()));
    let mut memory = 0;
    let exit = loop {
        if let Some(exit) = child.try_wait().unwrap() {
            break exit.code();
        }
        let peak = fs::read_to_string(&status).ok().and_then(|text| {
            let line = text.lines().find(|l| l.starts_with("VmHWM:"))?;
            line.split_whitespace().nth(1)?.parse::<u64>().ok()
        });
        memory = memory.max(peak.unwrap_or(0));
        if begun.elapsed() > LONGEST || memory > MOST_MEMORY_KB {
            child.kill().unwrap();
            panic!("{shown}: {:?} and {memory} kB are too much", begun.elapsed());
        }
        std::thread::yield_now();
    };
    let read = |path: &Path| {
        let mut bytes = Vec::new();
        File::open(path).unwrap().read_to_end(&mut bytes).unwrap();
        String::from_utf8(bytes).unwrap_or_else(|e| panic!("{shown}: {e}"))
    };
    let ran = Ran { exit, out: read(&out), err: read(&err) };
    for text in [&ran.out, &ran.err] {
        let steers = |c: char| c.is_control() && c != '\n' || ('\u{202a}'..='\u{202e}').contains(&c);
        assert!(!text.contains(steers), "{shown}: {text:?}");
        assert!(!text.contains("panicked"), "{shown}: {text}");
    }
    ran
}

fn profile(path: &Path) -> Ran {
    run(&["profile".as_ref(), path.as_os_str(), "--format".as_ref(), "json".as_ref()])
}

fn columns(shape: &Value) -> Vec<String> {
    let columns = shape["columns"].as_array().unwrap();
    columns.iter().map(|c| format!("{}:{}", c["name"].as_str().unwrap(), c["dtype"].as_str().unwrap())).collect()
}

#[test]
fn every_row_of_the_manifest_is_what_it_should_be() {
    let Some(folder) = folder() else { return };
    let manifest = fs::read_to_string(folder.join("MANIFEST.tsv")).unwrap();
    let mut seen = 0;
    for line in manifest.lines().skip(1) {
        let name = line.split('\t').next().unwrap();
        let path = folder.join(name);
        // The rows fs… can't lie in a folder: the test below makes them.
        if !path.is_file() {
            continue;
        }
        seen += 1;
        if name.ends_with(".yaml") {
            yaml(name, &path);
        } else {
            data(name, &path);
        }
    }
    assert!(seen > 70, "{seen} rows");
}

fn data(name: &str, path: &Path) {
    let ran = profile(path);
    match DATA.iter().find(|(n, _)| *n == name).map(|(_, is)| is) {
        Some(Table(rows, shape, words)) => {
            assert_eq!(ran.exit, Some(0), "{name}: {}", ran.err);
            let found: Value = serde_json::from_str(&ran.out).unwrap();
            assert_eq!(found["rows"], *rows, "{name}");
            let columns = columns(&found).join(" ");
            match shape.strip_suffix('…') {
                Some(head) => assert!(columns.starts_with(head), "{name}: {columns}"),
                None => assert_eq!(columns, *shape, "{name}"),
            }
            let alerts = found["columns"].to_string();
            for word in *words {
                assert!(ran.err.contains(word) || alerts.contains(word), "{name}: {word:?} is not in {}", ran.err);
            }
        }
        Some(Refused(words)) => {
            assert_eq!((ran.exit, ran.out.as_str()), (Some(3), ""), "{name}: {}", ran.err);
            for word in *words {
                assert!(ran.err.contains(word), "{name}: {word:?} is not in {}", ran.err);
            }
        }
        None => assert!(matches!(ran.exit, Some(0 | 3)), "{name}: {:?} {}", ran.exit, ran.err),
    }
}

fn yaml(name: &str, path: &Path) {
    let before = fs::read(path).unwrap();
    let linted = run(&["lint".as_ref(), path.as_os_str()]);
    assert_eq!(linted.exit, Some(1), "{name}: {}", linted.err);
    let board = run(&["board".as_ref(), path.as_os_str()]);
    assert_eq!(board.exit, Some(3), "{name}: {}", board.err);
    if let Some((_, word)) = YAML.iter().find(|(n, _)| *n == name) {
        assert!(board.err.contains(word), "{name}: {word:?} is not in {}", board.err);
    }
    assert_eq!(fs::read(path).unwrap(), before, "{name} was touched");
}

#[test]
fn a_kpi_that_can_not_be_explained_is_said_so() {
    let Some(folder) = folder() else { return };
    for (name, words) in [
        ("csv04_one_column.csv", "0 columns ranked"),
        ("csv05_one_row.csv", "nothing to explain"),
        ("csv25_constant_kpi.csv", "nothing to explain"),
        ("csv43_high_cardinality.csv", "no more than chance"),
    ] {
        let path = folder.join(name);
        let args = ["drivers".as_ref(), path.as_os_str(), "--kpi".as_ref(), "rate(churned = 1)".as_ref()];
        let ran = run(&args);
        assert_eq!(ran.exit, Some(0), "{name}: {}", ran.err);
        let said = ran.out + &ran.err;
        assert!(said.contains(words) && !said.contains("NaN"), "{name}: {said}");
    }
}

#[test]
fn formulas_are_defused_where_a_spreadsheet_would_take_them() {
    let Some(folder) = folder() else { return };
    let path = folder.join("csv29_formula_injection.csv");
    let query = "SELECT name FROM data";
    let args = ["sql".as_ref(), path.as_os_str(), query.as_ref(), "--format".as_ref(), "csv".as_ref()];
    let ran = run(&args);
    assert_eq!(ran.exit, Some(0), "{}", ran.err);
    for line in ran.out.lines().skip(1) {
        assert!(!line.trim_start_matches('"').starts_with(['=', '+', '-', '@']), "{line}");
    }
}

#[test]
fn what_is_no_regular_file_is_refused_at_once() {
    let place = tempfile::tempdir().unwrap();
    let at = |name: &str| place.path().join(name);
    fs::create_dir(at("fs01_directory.csv")).unwrap();
    rustix::fs::mknodat(
        rustix::fs::CWD,
        at("fs02_fifo.csv"),
        rustix::fs::FileType::Fifo,
        rustix::fs::Mode::RUSR | rustix::fs::Mode::WUSR,
        0,
    )
    .unwrap();
    std::os::unix::fs::symlink("gone.csv", at("fs04_dangling.csv")).unwrap();
    std::os::unix::fs::symlink("fs05_loop.csv", at("fs05_loop.csv")).unwrap();
    std::os::unix::fs::symlink("/dev/zero", at("fs06_dev_zero.csv")).unwrap();
    for (name, word) in [
        ("fs01_directory.csv", "is a directory"),
        ("fs02_fifo.csv", "named pipe"),
        ("fs04_dangling.csv", "does not exist"),
        ("fs05_loop.csv", "round in circles"),
        ("fs06_dev_zero.csv", "device"),
        ("nothing.csv", "no file"),
    ] {
        let ran = profile(&at(name));
        assert_eq!(ran.exit, Some(3), "{name}: {}", ran.err);
        assert!(ran.err.contains(word) && ran.err.contains(name), "{name}: {}", ran.err);
    }
}

#[test]
fn odd_names_and_files_that_may_only_be_read_open() {
    use std::os::unix::ffi::OsStringExt;
    use std::os::unix::fs::PermissionsExt;
    let place = tempfile::tempdir().unwrap();
    let names: [std::ffi::OsString; 3] = [
        "fs07_readonly.csv".into(),
        "fs08 space ünï 名前 '\"$x.csv".into(),
        std::ffi::OsString::from_vec(b"fs09_\xff\xfe.csv".to_vec()),
    ];
    for name in names {
        let path = place.path().join(name);
        fs::write(&path, "a,churned\n1,0\n2,1\n").unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o444)).unwrap();
        let ran = profile(&path);
        assert_eq!(ran.exit, Some(0), "{}: {}", path.display(), ran.err);
        let found: Value = serde_json::from_str(&ran.out).unwrap();
        assert_eq!(columns(&found), ["a:int", "churned:int"]);
    }
}
