//! What the drawing tests share.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::app::{App, Loaded, Msg, update};
use crate::domain::event::Event;
use crate::domain::session::{Header, Session};
use crate::ui::theme::Theme;

/// The sizes at which each screen is looked at.
pub fn sizes() -> [(u16, u16); 3] {
    [(120, 40), (80, 24), (60, 16)]
}

/// The drawn screen as text.
pub fn render(app: &App, theme: &Theme, width: u16, height: u16) -> String {
    let area = Rect { x: 0, y: 0, width, height };
    let mut buffer = Buffer::empty(area);
    crate::ui::draw(app, theme, area, &mut buffer);
    let mut out = String::new();
    for y in 0..height {
        let mut line = String::new();
        let mut skip = 0;
        for x in 0..width {
            if skip > 0 {
                skip -= 1;
                continue;
            }
            let symbol = buffer[(x, y)].symbol();
            skip = crate::ui::text::width(symbol).saturating_sub(1);
            line.push_str(symbol);
        }
        out.push_str(line.trim_end());
        out.push('\n');
    }
    out
}

/// An application with the example session open.
pub fn app_with_example() -> App {
    let text = include_str!("../../../tests/golden/example-session.yaml");
    let value: serde_json::Value = crate::yaml::value(text, "example").unwrap();
    let header: Header = serde_json::from_value(value.clone()).unwrap();
    let events = value["events"].as_array().unwrap().iter().map(|e| Event::from_value(e).unwrap()).collect();
    let mut header = header;
    header.more.remove("events");
    let session = Session::fold(header, events);
    let mut app = App::default();
    let loaded = Loaded {
        path: "example-session.yaml".into(),
        session,
        playbook: None,
        read_only: None,
        warnings: Vec::new(),
        replay_from: None,
    };
    let _ = update(&mut app, Msg::Opened(Box::new(loaded)));
    app
}
