//! The targets under libFuzzer: built with instrumentation, started on the corpus, read for what they did.
//!
//! libFuzzer keeps inputs that reach code no input reached before, and tries operands of comparisons that it saw, so it
//! passes gates that random changes do not. It needs a C++ compiler for its runtime and the instrumentation that LLVM
//! brings along; both work with the stable compiler. No address sanitizer: there is no unsafe code of ours to watch.
//!
//! What it is not: part of a test run. What it finds lies under `target/`; an input that failed lies in `regressions/`.

use crate::folders;
use anyhow::{Context, Result, bail, ensure};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

const INSTRUMENTED: &str = "-Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 \
    -Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table \
    -Cllvm-args=-sanitizer-coverage-trace-compares -Ccodegen-units=1";

/// A decoder that needs more has believed a length.
const MEMORY_MIB_MAX: u32 = 512;
const INPUT_BYTES_MAX: u32 = 64 * 1024;
const SECONDS_PER_INPUT_MAX: u32 = 10;

/// The instrumented program.
#[derive(Clone, Debug)]
pub struct Guided {
    program: PathBuf,
    findings: PathBuf,
}

/// What libFuzzer did with one target.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// Inputs tried.
    pub executions: u64,
    /// Inputs per second.
    pub per_second: u64,
    /// Why it ended early, with the path of the input.
    pub failure: Option<String>,
}

impl Guided {
    /// Builds the program. `target_dir` is where cargo puts what it builds.
    ///
    /// # Errors
    /// It does not build: most often there is no C++ compiler.
    pub fn build(target_dir: &Path) -> Result<Self> {
        let host = host()?;
        let target_dir = target_dir.join("fuzz-coverage");
        // Flags apply to build scripts too, unless a target is named.
        let status = Command::new(env("CARGO", "cargo"))
            .args(["build", "--release", "--quiet", "--target", &host, "--target-dir"])
            .arg(&target_dir)
            .arg("--manifest-path")
            .arg(folders::coverage_manifest())
            .env("RUSTFLAGS", INSTRUMENTED)
            .status()
            .context("cannot start cargo")?;
        ensure!(status.success(), "the instrumented build failed; its runtime needs a C++ compiler");
        let program = target_dir.join(host).join("release/longshore-fuzz-coverage");
        Ok(Self { program, findings: target_dir.join("findings") })
    }

    /// Fuzzes one target for `seconds`.
    ///
    /// # Errors
    /// The program cannot be started, or says nothing that can be read.
    pub fn run(&self, target: &str, seconds: u64) -> Result<Report> {
        let (findings, regressions) = (self.findings.join(target), folders::regressions(target));
        for folder in [&findings, &regressions] {
            fs::create_dir_all(folder).with_context(|| format!("cannot create {}", folder.display()))?;
        }
        let output = Command::new(&self.program)
            .env("LONGSHORE_FUZZ_TARGET", target)
            .args([&findings, &folders::corpus(target), &regressions])
            .arg(format!("-artifact_prefix={}/", regressions.display()))
            .arg(format!("-max_total_time={seconds}"))
            .arg(format!("-rss_limit_mb={MEMORY_MIB_MAX}"))
            .arg(format!("-max_len={INPUT_BYTES_MAX}"))
            .arg(format!("-timeout={SECONDS_PER_INPUT_MAX}"))
            .arg("-print_final_stats=1")
            .stdin(Stdio::null())
            .output()
            .with_context(|| format!("cannot start {}", self.program.display()))?;
        // Left empty it would only stand in the tree; that it may hold something is no error.
        let _ = fs::remove_dir(&regressions);
        report(&output)
    }
}

fn report(output: &Output) -> Result<Report> {
    let said = String::from_utf8_lossy(&output.stderr);
    let number = |name: &str| said.lines().find_map(|line| line.strip_prefix(name)?.trim().parse().ok());
    let Some(executions) = number("stat::number_of_executed_units:") else {
        bail!("libFuzzer ended without a count of executions:\n{said}");
    };
    let failure = (!output.status.success()).then(|| {
        let telling = |line: &&str| {
            line.contains("panicked at") || line.starts_with("SUMMARY:") || line.contains("Test unit written to")
        };
        said.lines().filter(telling).collect::<Vec<_>>().join("; ")
    });
    Ok(Report { executions, per_second: number("stat::average_exec_per_sec:").unwrap_or(0), failure })
}

/// The machine's own target, as the compiler names it.
fn host() -> Result<String> {
    let output = Command::new(env("RUSTC", "rustc")).arg("-vV").output().context("cannot start rustc")?;
    let said = String::from_utf8_lossy(&output.stdout);
    let host = said.lines().find_map(|line| line.strip_prefix("host: "));
    Ok(host.context("rustc does not say what machine it is for")?.to_owned())
}

fn env(variable: &str, otherwise: &str) -> std::ffi::OsString {
    std::env::var_os(variable).unwrap_or_else(|| otherwise.into())
}
