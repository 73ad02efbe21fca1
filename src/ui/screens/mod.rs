//! One module a screen; names repeat those of `app/screens`.

pub mod ask;
