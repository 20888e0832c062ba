//! Load tools, ceilings and figures.
