//! Promise 1, under fire: a fault never makes a mail. Everything that can go wrong with an answer is done to the real
//! client over HTTP, and the night is held against the world's truth.

mod kinds;
mod matrix;
mod table;
