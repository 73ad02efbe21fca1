//! Keys in forms.

use super::*;
use crate::app::forms::FormId;

fn keys(form: &mut Form, keys: &[&str]) {
    for key in keys {
        form.key(key.parse().unwrap());
    }
}

fn options(words: &[&str]) -> Vec<Choice> {
    words.iter().map(|w| ((*w).to_owned(), (*w).to_owned())).collect()
}

#[test]
fn a_list_of_options_goes_up_and_down_and_a_row_sideways() {
    let long = ["the person who asked for the change", "whoever knows the tables", "somebody who left lately"];
    let mut form = Form::new(FormId::Note, "t", "go")
        .choice("list", "List", "", options(&long), None)
        .choice("row", "Row", "", options(&["lower", "higher"]), Some("lower"))
        .line("last", "Last", "", "")
        .ready();
    keys(&mut form, &["Down", "Down", "Up", "Down"]);
    assert_eq!(form.text("list"), "whoever knows the tables");
    // At its end the list leads on; in a row, Down does not change what is chosen.
    keys(&mut form, &["Down", "Down", "Down"]);
    assert_eq!((form.text("list").as_str(), form.text("row").as_str()), (long[2], "lower"));
    keys(&mut form, &["x"]);
    assert_eq!(form.text("last"), "x");
    keys(&mut form, &["Up", "Right"]);
    assert_eq!(form.text("row"), "higher");
}
