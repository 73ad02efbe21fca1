//! What floats over the table, at each size, with what tables really hold.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::app::screens::explore::fixture::{Bench, With};
use crate::ui::screens::explore::tests::text_of;
use crate::ui::theme::Theme;

fn drawn(b: &mut Bench, (width, height): (u16, u16)) -> String {
    b.app.size = (width, height);
    let area = Rect::new(0, 0, width, height);
    let mut buf = Buffer::empty(area);
    crate::ui::draw(&b.app, &Theme::mono(), area, &mut buf);
    text_of(&buf)
}

const SIZES: [(u16, u16); 3] = [(120, 40), (80, 24), (60, 16)];

fn bench() -> Bench {
    let mut b = Bench::with(With { huge: true, ..With::default() });
    b.press("S-Tab");
    b
}

fn snapshots(name: &str, b: &mut Bench) {
    for size in SIZES {
        insta::assert_snapshot!(format!("{name}@{}x{}", size.0, size.1), drawn(b, size));
    }
}

#[test]
fn the_search_line_and_its_fault() {
    let mut b = bench();
    b.press("/ r e : a ( b Enter");
    snapshots("line", &mut b);
}

#[test]
fn finds_and_marks() {
    let mut b = bench();
    b.press("/ t w o Space y Enter Space j v j j");
    snapshots("found", &mut b);
}

#[test]
fn the_columns_that_fit() {
    let mut b = bench();
    b.press("| c h");
    snapshots("columns", &mut b);
}

#[test]
fn a_cell_with_escapes_and_one_of_a_megabyte() {
    let mut b = bench();
    b.press("| n o t e Enter Enter");
    snapshots("escapes", &mut b);
    b.press("n G");
    // Drawn once to know how far it goes, then at its end.
    drawn(&mut b, (80, 24));
    b.press("G");
    insta::assert_snapshot!("huge@80x24", drawn(&mut b, (80, 24)));
}

#[test]
fn a_row_as_a_form() {
    let mut b = bench();
    b.press("j j = j j");
    snapshots("record", &mut b);
    b.press("/ c h");
    insta::assert_snapshot!("narrowed@80x24", drawn(&mut b, (80, 24)));
}

#[test]
fn any_size_is_safe() {
    for keys in ["/ x", "| c", "Enter", "=", "= / c", "W", "Y"] {
        let mut b = Bench::new();
        b.press("S-Tab");
        b.press(keys);
        for width in (0..100).step_by(9) {
            for height in 0..14 {
                drawn(&mut b, (width, height));
            }
        }
    }
}
