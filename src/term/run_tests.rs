//! The loop on a stage that keeps what it was asked to do.

use std::collections::VecDeque;
use std::io;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::{Duration, Instant};

use ratatui::backend::TestBackend;
use ratatui::{Frame, Terminal};

use super::clipboard::Copied;
use super::error::TermError;
use super::run::{Ending, Events, Msg, Program, Reply, Request, Stage, turn};
use super::signals::Signal;
use crate::app::key::{Input, Key};

/// Counts keys and shows the count; `q` quits, other letters ask for something.
#[derive(Default)]
struct Counter {
    keys: usize,
    events: Vec<u32>,
    changed: bool,
    draws: usize,
    requests: VecDeque<Request>,
    replies: Vec<Reply>,
    sizes: Vec<(u16, u16)>,
    wake_at: Option<Instant>,
    wakes: usize,
    ended: Option<String>,
    /// Quit after so many frames.
    last_frame: Option<usize>,
}

impl Program for Counter {
    type Event = u32;

    fn input(&mut self, input: Input) {
        match input {
            Input::Resize { width, height } => self.sizes.push((width, height)),
            Input::Key(key) => match key.text() {
                Some('q') => self.requests.push_back(Request::Quit(0)),
                Some('z') => self.requests.push_back(Request::Suspend),
                Some('e') => self.requests.push_back(Request::Edit { text: "was".into(), suffix: ".md".into() }),
                Some('y') => self.requests.push_back(Request::Copy("text".into())),
                _ => self.keys += 1,
            },
            _ => {}
        }
        self.changed = true;
    }

    fn event(&mut self, event: u32) {
        self.events.push(event);
        self.changed = true;
    }

    fn wake_at(&self) -> Option<Instant> {
        self.wake_at
    }

    fn wake(&mut self, _now: Instant) {
        self.wakes += 1;
        self.wake_at = None;
        self.requests.push_back(Request::Quit(7));
    }

    fn wants_redraw(&self) -> bool {
        self.changed
    }

    fn draw(&mut self, frame: &mut Frame<'_>) {
        self.changed = false;
        self.draws += 1;
        let area = frame.area();
        crate::ui::widgets::draw::put(
            frame.buffer_mut(),
            area,
            0,
            0,
            &self.keys.to_string(),
            ratatui::style::Style::new(),
        );
        if Some(self.draws) == self.last_frame {
            self.requests.push_back(Request::Quit(0));
        }
    }

    fn request(&mut self) -> Option<Request> {
        self.requests.pop_front()
    }

    fn reply(&mut self, reply: Reply) {
        self.replies.push(reply);
    }

    fn ending(&mut self, why: &Ending) {
        self.ended = Some(format!("{why:?}"));
    }
}

/// A stage of 10 × 2 cells that notes what happens.
struct Fake {
    terminal: Terminal<TestBackend>,
    notes: Vec<String>,
    size: (u16, u16),
    fail: Option<io::Error>,
    fail_to_go_on: Option<io::Error>,
    during_edit: Option<Sender<Msg<u32>>>,
}

impl Fake {
    fn new() -> Self {
        let terminal = Terminal::new(TestBackend::new(10, 2)).unwrap();
        Self { terminal, notes: Vec::new(), size: (10, 2), fail: None, fail_to_go_on: None, during_edit: None }
    }
}

impl Stage for Fake {
    fn draw(&mut self, draw: &mut dyn FnMut(&mut Frame<'_>)) -> io::Result<()> {
        if let Some(error) = self.fail.take() {
            return Err(error);
        }
        self.terminal.draw(|frame| draw(frame)).unwrap();
        Ok(())
    }

    fn size(&mut self) -> io::Result<(u16, u16)> {
        Ok(self.size)
    }

    fn resize(&mut self, width: u16, height: u16) -> io::Result<()> {
        self.notes.push(format!("resize {width}x{height}"));
        Ok(())
    }

    fn stop(&mut self, group: bool) -> io::Result<()> {
        self.notes.push(format!("stop {group}"));
        Ok(())
    }

    fn go_on(&mut self) -> io::Result<()> {
        self.notes.push("go on".into());
        if let Some(error) = self.fail_to_go_on.take() {
            return Err(TermError::NoTerminal { what: "input", source: Some(error) }.into());
        }
        Ok(())
    }

    fn edit(&mut self, text: &str, suffix: &str) -> Result<String, String> {
        self.notes.push(format!("edit {text} {suffix}"));
        if let Some(send) = &self.during_edit {
            send.send(Msg::Signal(Signal::Interrupt)).unwrap();
            send.send(Msg::Event(5)).unwrap();
        }
        Ok("is".into())
    }

    fn copy(&mut self, _text: &str) -> Copied {
        Copied { terminal: true, ..Copied::default() }
    }

    fn mouse(&mut self, on: bool) -> io::Result<()> {
        self.notes.push(format!("mouse {on}"));
        Ok(())
    }

    fn abandon(&mut self) {
        self.notes.push("abandon".into());
    }
}

const FRAME: Duration = Duration::from_millis(16);

fn key(c: char) -> Msg<u32> {
    Msg::Input(Input::Key(Key::char(c)))
}

fn queue(messages: impl IntoIterator<Item = Msg<u32>>) -> (Sender<Msg<u32>>, Receiver<Msg<u32>>) {
    let (send, receive) = channel();
    for message in messages {
        send.send(message).unwrap();
    }
    (send, receive)
}

#[test]
fn many_messages_make_one_frame_and_none_make_none() {
    let mut program = Counter::default();
    let mut stage = Fake::new();
    let (_send, receive) = queue((0..500).map(|_| key('x')).chain([key('q')]));
    // So long a frame that the time of the test machine does not matter.
    let ending = turn(&mut program, &mut stage, &receive, Duration::from_secs(3600));
    assert_eq!(ending.status(), 0);
    assert_eq!((program.keys, program.draws), (500, 1), "the first frame, and none before quitting");
    assert_eq!(program.ended.as_deref(), Some("Asked(0)"));
}

#[test]
fn a_change_is_drawn_after_the_frame_time_without_another_message() {
    let mut program = Counter { last_frame: Some(2), ..Counter::default() };
    let mut stage = Fake::new();
    let (_send, receive) = queue([key('x'), key('x'), key('x')]);
    turn(&mut program, &mut stage, &receive, FRAME);
    assert_eq!(program.draws, 2);
    stage.terminal.backend().assert_buffer_lines(["3         ", "          "]);
}

#[test]
fn jobs_on_other_threads_wake_the_loop() {
    let mut program = Counter { last_frame: Some(2), ..Counter::default() };
    let mut stage = Fake::new();
    let (send, receive) = queue([]);
    let events = Events::new(send.clone());
    let job = std::thread::spawn(move || events.send(41));
    turn(&mut program, &mut stage, &receive, FRAME);
    assert_eq!(program.events, [41]);
    assert!(job.join().unwrap());
    drop(receive);
    assert!(!Events::new(send).send(1), "nobody listens after the end");
}

#[test]
fn signals_end_the_loop_with_their_status() {
    for (signal, status) in [(Signal::Terminate, 143), (Signal::Interrupt, 130), (Signal::HangUp, 129)] {
        let mut program = Counter::default();
        let mut stage = Fake::new();
        let (_send, receive) = queue([Msg::Signal(signal)]);
        let ending = turn(&mut program, &mut stage, &receive, FRAME);
        assert_eq!(ending.status(), status);
        assert!(program.ended.is_some(), "the program could save");
        assert_eq!(stage.notes.contains(&"abandon".to_owned()), signal == Signal::HangUp);
    }
}

#[test]
fn a_lost_terminal_is_left_alone() {
    let mut program = Counter::default();
    let mut stage = Fake::new();
    let (_send, receive) = queue([Msg::HungUp, key('q')]);
    let ending = turn(&mut program, &mut stage, &receive, FRAME);
    assert_eq!((ending.status(), ending.may_print()), (129, false));
    assert_eq!(stage.notes, ["abandon"]);
}

#[test]
fn a_write_to_a_lost_terminal_is_a_hang_up() {
    for (error, status) in [(io::Error::from_raw_os_error(5), 129), (io::Error::from_raw_os_error(28), 1)] {
        let mut program = Counter::default();
        let mut stage = Fake::new();
        stage.fail = Some(error);
        let (_send, receive) = queue([]);
        let ending = turn(&mut program, &mut stage, &receive, FRAME);
        assert_eq!((ending.status(), ending.may_print()), (status, false));
    }
}

#[test]
fn a_continue_that_overtakes_the_hang_up_is_a_hang_up() {
    for (number, status) in [(5, 129), (6, 129), (25, 129), (12, 1)] {
        let mut program = Counter::default();
        let mut stage = Fake::new();
        stage.fail_to_go_on = Some(io::Error::from_raw_os_error(number));
        let (_send, receive) = queue([Msg::Signal(Signal::Continue), Msg::Signal(Signal::HangUp)]);
        let ending = turn(&mut program, &mut stage, &receive, FRAME);
        assert_eq!((ending.status(), ending.may_print()), (status, false));
    }
}

#[test]
fn a_stop_gives_the_terminal_back_until_the_process_goes_on() {
    let mut program = Counter::default();
    let mut stage = Fake::new();
    stage.size = (80, 0);
    let messages = [
        Msg::Signal(Signal::Stop),
        key('x'),
        Msg::Signal(Signal::Continue),
        key('z'),
        Msg::Signal(Signal::Continue),
        key('q'),
    ];
    let (_send, receive) = queue(messages);
    turn(&mut program, &mut stage, &receive, FRAME);
    let round = |group| [format!("stop {group}"), "go on".to_owned(), "resize 80x0".to_owned()];
    assert_eq!(stage.notes, [round(false), round(true)].concat());
    assert_eq!(program.keys, 1, "keys meanwhile are kept");
    assert_eq!(program.sizes, [(80, 0), (80, 0)]);
}

#[test]
fn a_continue_alone_takes_the_terminal_again_and_repaints() {
    let mut program = Counter { last_frame: Some(1), ..Counter::default() };
    let mut stage = Fake::new();
    let (_send, receive) = queue([Msg::Signal(Signal::Continue)]);
    turn(&mut program, &mut stage, &receive, FRAME);
    assert_eq!(program.draws, 1);
    let mut program = Counter { last_frame: Some(2), ..Counter::default() };
    turn(&mut program, &mut stage, &queue([Msg::Signal(Signal::Continue)]).1, FRAME);
    assert_eq!(program.draws, 2);
    assert_eq!(stage.notes, ["go on", "resize 10x2"]);
}

#[test]
fn an_editor_gets_the_terminal_and_its_ctrl_c() {
    let mut program = Counter::default();
    let mut stage = Fake::new();
    let (send, receive) = queue([key('e')]);
    stage.during_edit = Some(send.clone());
    send.send(key('y')).unwrap();
    send.send(key('q')).unwrap();
    let ending = turn(&mut program, &mut stage, &receive, FRAME);
    assert_eq!(ending.status(), 0, "the editor's Ctrl-C does not end the program");
    assert_eq!(stage.notes, ["edit was .md", "go on", "resize 10x2"]);
    assert_eq!(program.events.len(), usize::from(program.events == [5]));
    assert!(matches!(&program.replies[..], [Reply::Edited(Ok(text)), Reply::Copied(_)] if text == "is"));
}

#[test]
fn a_clock_wakes_the_program_and_nothing_else_does() {
    let mut program = Counter { wake_at: Some(Instant::now() + Duration::from_millis(30)), ..Counter::default() };
    let mut stage = Fake::new();
    let (_send, receive) = queue([]);
    let ending = turn(&mut program, &mut stage, &receive, FRAME);
    assert_eq!((ending.status(), program.wakes, program.draws), (7, 1, 1));
}

#[test]
fn a_resize_reaches_program_and_stage() {
    let mut program = Counter::default();
    let mut stage = Fake::new();
    stage.size = (0, 0);
    let (_send, receive) = queue([Msg::Signal(Signal::Resize), key('q')]);
    turn(&mut program, &mut stage, &receive, FRAME);
    assert_eq!(program.sizes, [(0, 0)]);
    assert_eq!(stage.notes, ["resize 0x0"]);
}
