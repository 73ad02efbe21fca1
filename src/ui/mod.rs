//! How it looks: draws an application with a theme.
