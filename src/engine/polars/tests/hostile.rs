//! Bad input: a clear error or a usable view, never a panic or a silent wrong table.

use super::*;

fn says(result: Result<Arc<dyn Engine>, EngineError>, words: &[&str]) {
    let Err(EngineError::Input { what, next }) = result else {
        panic!("an input error with {words:?} was expected, not {:?}", result.map(|e| all(&*e)))
    };
    for word in words {
        assert!(what.contains(word), "{word:?} is not in {what:?}");
    }
    assert!(!next.is_empty(), "no next step: {what}");
}

fn bytes(name: &str, content: &[u8]) -> Result<Arc<dyn Engine>, EngineError> {
    opened_as(name, content, ReadOptions::default())
}

#[test]
fn special_files_are_refused_without_waiting() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    says(open_path(path("nothing.csv")), &["no file", "nothing.csv"]);
    says(open_path(folder.path().to_path_buf()), &["is a directory"]);
    std::os::unix::fs::symlink("gone.csv", path("dangling.csv")).unwrap();
    says(open_path(path("dangling.csv")), &["link to gone.csv"]);
    std::os::unix::fs::symlink("loop.csv", path("loop.csv")).unwrap();
    says(open_path(path("loop.csv")), &["round in circles"]);
    says(open_path("/dev/zero".into()), &["device"]);
    rustix::fs::mknodat(rustix::fs::CWD, path("pipe"), rustix::fs::FileType::Fifo, rustix::fs::Mode::RWXU, 0).unwrap();
    says(open_path(path("pipe")), &["pipe"]);
    std::fs::write(path("file.csv"), "a,b\n1,2\n").unwrap();
    says(open_path(path("file.csv/x.csv")), &["part of the path"]);
}

#[test]
fn what_is_no_table_is_named() {
    for (name, content, word) in [
        ("a.csv", &b""[..], "empty"),
        ("a.csv", b"\n\r\n  \n", "blank lines"),
        ("a.csv", b"PK\x03\x04....word/document.xml", "zip"),
        ("a.csv", b"PK\x03\x04....xl/workbook.xml", "spreadsheet"),
        ("a.csv", b"<!DOCTYPE html><html><body>Sign in</body></html>", "HTML"),
        ("a.csv", b"version https://git-lfs.github.com/spec/v1\noid sha256:00\n", "LFS"),
        ("a.csv", b"a\0b\0\0\0,c\n", "zero bytes"),
        ("a.parquet", b"PAR1 short", "too short"),
        ("a.parquet", b"PAR1............", "end is missing"),
        ("a.parquet", b"PAR1....\xff\xff\xff\x7fPAR1", "footer claims"),
        ("a.parquet", b"PAR1............\x0c\0\0\0PAR1", "broken"),
        ("a.arrow", b"ARROW1\0\0nonsense", "broken"),
        ("a.csv.gz", b"\x1f\x8b\x08\0nonsense", "broken"),
        ("a.json", b"[]", "no rows"),
        ("a.json", b"[1, 2]", "no records"),
        ("a.json", b"[{\"a\":1,},]", "line 1, column 9"),
        ("a.json", b"{\"a\":1}\n{\"a\":2,\n{\"a\":3}\n", "line 2"),
        ("a.json", b"{\"a\":[{\"x\":1}],\"b\":[{\"x\":1}]}", "several lists: a, b"),
        ("a.json", b"hello", "named JSON"),
        ("a.json", b"[{\"a\":1}] trailing", "line 1"),
    ] {
        says(bytes(name, content), &[word]);
    }
    says(bytes("wide.csv", ",".repeat(3_000_000).as_bytes()), &["more than 100000 columns"]);
    says(bytes("deep.json", "[".repeat(100_000).as_bytes()), &["127 levels"]);
    says(bytes("deep.json", format!("{}1{}", "{\"a\":".repeat(50_000), "}".repeat(50_000)).as_bytes()), &["levels"]);
}

#[test]
fn many_unclosed_quotes_are_read_in_a_bounded_number_of_looks() {
    let e = bytes("q.csv", format!("a,b\n{}", "\"\"\"x,1\n".repeat(50_001)).as_bytes()).unwrap();
    assert_eq!(e.schema().columns.len(), 2);
    assert!(e.reading().notes.iter().any(|n| n.contains("quote")), "{:?}", e.reading());
}

#[test]
fn a_gzip_bomb_stops_at_a_limit() {
    let Some(path) = shared("hostile/con12_gzip_bomb.csv.gz") else { return };
    says(open_path(path), &["unpacks to more than"]);
}

#[test]
fn every_file_of_the_hostile_folder_is_survived() {
    let Some(folder) = shared("hostile") else { return };
    let mut seen = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if name.ends_with(".yaml") || name.ends_with(".tsv") {
            continue;
        }
        seen += 1;
        match open_path(path) {
            Ok(e) => {
                let page = e.page(0, 20).unwrap();
                assert!(page.rows.iter().all(|r| r.len() == e.schema().columns.len()));
                for column in &e.schema().columns {
                    e.column_profile(&column.name, None, &Ticket::default()).unwrap();
                }
                e.fingerprint(&Ticket::default()).unwrap();
                let mut notes = e.reading().notes.join(" | ");
                notes.truncate(notes.char_indices().nth(300).map_or(notes.len(), |(i, _)| i));
                let types: String = types(&*e).join(" ").chars().take(100).collect();
                eprintln!("{name}: {} rows, {types}: {notes}", e.row_count());
            }
            Err(EngineError::Input { what, next }) => {
                assert!(!what.contains("can't be processed"), "{name}: {what}");
                eprintln!("{name}: REFUSED {what} {next}");
            }
            Err(other) => panic!("{name}: {other}"),
        }
    }
    assert!(seen > 50);
}
