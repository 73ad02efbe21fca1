//! Folders and patterns: several files as one table.

use super::*;

fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, content) in files {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, content).unwrap();
    }
    folder
}

fn words(engine: &dyn Engine) -> Vec<String> {
    all(engine).iter().map(|r| r.iter().map(Cell::to_string).collect::<Vec<_>>().join(" ")).collect()
}

#[test]
fn a_folder_is_one_table_by_the_names_of_its_columns() {
    let f = folder(&[
        ("b.csv", "x,id,when\n2.5,3,2024-01-02\n,4,2024-01-03\n"),
        ("a.csv", "id,x\n1,1\n2,2\n"),
        (".hidden.csv", "id\n9\n"),
        ("_SUCCESS", ""),
        ("notes.md", "# no table"),
    ]);
    let engine = open_path(f.path().to_owned()).unwrap();
    assert_eq!(types(engine.as_ref()), ["id:int", "x:num", "when:date"]);
    assert_eq!(words(engine.as_ref()), ["1 1 null", "2 2 null", "3 2.5 2024-01-02", "4 null 2024-01-03"]);
    let notes = engine.reading().notes.join(" ");
    assert!(notes.contains("2 files are read as one table") && notes.contains("b.csv"), "{notes}");
    let query = GroupQuery { keys: vec![], kpi: "mean(x)".parse().ok(), filter: None, unit: None };
    assert_eq!(engine.aggregate(&query, &Ticket::default()).unwrap()[0].sums.y, 5.5);
    assert_eq!(engine.column_profile("when", None, &Ticket::default()).unwrap().nulls, 2);
    assert!(engine.fingerprint(&Ticket::default()).unwrap().bytes > 20);
    let (_, page) = engine.sql("SELECT COUNT(*) AS n FROM data WHERE x > 1", 9, &Ticket::default()).unwrap();
    assert_eq!(page.rows[0][0], Cell::Int(2));
    let all = engine.page(1, 2).unwrap();
    assert_eq!((all.start, all.rows.len()), (1, 2), "a page across two files");
}

#[test]
fn a_pattern_takes_what_fits_and_kinds_are_made_common() {
    let f = folder(&[
        ("2024/rides-1.csv", "id,code\n1,7\n"),
        ("2024/rides-2.csv", "id,code\n2,x7\n"),
        ("2024/users.csv", "name\nAnna\n"),
        ("2025/rides-1.csv", "id,code\n3,9\n"),
    ]);
    let engine = open_path(f.path().join("*/rides-*.csv")).unwrap();
    assert_eq!(types(engine.as_ref()), ["id:int", "code:text"]);
    assert_eq!(words(engine.as_ref()), ["1 7", "2 x7", "3 9"]);
    let other = open_path(f.path().join("**/*.csv")).err().unwrap().to_string();
    assert!(other.contains("users.csv has none of the columns of") && other.contains("rides-1.csv"), "{other}");
    let none = open_path(f.path().join("*.parquet")).err().unwrap().to_string();
    assert!(none.contains("fits no file"), "{none}");
}

#[test]
fn folders_named_by_key_and_value_give_columns() {
    let f = folder(&[
        ("year=2023/zone=north/p.csv", "n\n1\n"),
        ("year=2024/zone=south/p.csv", "n\n2\n3\n"),
        ("year=2024/zone=north/q.jsonl", "{\"n\": 4}\n"),
    ]);
    let engine = open_path(f.path().to_owned()).unwrap();
    assert_eq!(types(engine.as_ref()), ["n:int", "year:int", "zone:text"]);
    assert_eq!(words(engine.as_ref()), ["1 2023 north", "4 2024 north", "2 2024 south", "3 2024 south"]);
}

#[test]
fn what_is_wrong_with_one_file_is_said_by_its_name() {
    let f = folder(&[("a.csv", "id\n1\n"), ("b.csv", "")]);
    let why = open_path(f.path().to_owned()).err().unwrap().to_string();
    assert!(why.contains("b.csv is empty"), "{why}");
    let nothing = folder(&[("readme.txt.bak", "x")]);
    let why = open_path(nothing.path().to_owned()).err().unwrap().to_string();
    assert!(why.contains("is a directory without data files"), "{why}");
    // A name with such signs that is a file is that file.
    let odd = folder(&[("odd[1].csv", "id\n5\n")]);
    assert_eq!(words(open_path(odd.path().join("odd[1].csv")).unwrap().as_ref()), ["5"]);
}
