//! The acceptance list: one test for each question that students are really given, on captures whose answers are known by
//! construction; then the traps of loopback captures. The question stands above its test. Q01 to Q72 number them; the letters before
//! the number in a test's name tell questions of one lab sheet from those of another. Q56 and Q70, which `chatscope frame` answers,
//! stand in `evidence.rs`.

#[path = "accept/capture.rs"]
mod capture;
#[path = "accept/lab.rs"]
mod lab;
#[path = "accept/neighbours.rs"]
mod neighbours;
#[path = "accept/pace.rs"]
mod pace;
#[path = "accept/parts.rs"]
mod parts;
#[path = "accept/questions.rs"]
mod questions;
#[path = "accept/questions_more.rs"]
mod questions_more;
#[path = "accept/traps.rs"]
mod traps;
