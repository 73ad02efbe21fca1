//! What is true: session, events, decide, apply, playbook, scoreboard.
