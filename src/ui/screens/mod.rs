//! One file per screen; the names repeat those in `app/screens`.

pub mod ask;
pub mod brief;
pub mod explore;
pub mod home;
pub mod problem;
pub mod replay;
pub mod score;
