// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

//! A headless Chromium, driven by the DevTools protocol over its pipe: no port, no driver.

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::{Value, json};

const NAMES: [&str; 4] =
    ["chromium-headless-shell", "chromium", "chromium-browser", "google-chrome"];
const PATIENCE: Duration = Duration::from_secs(120);

/// The browser of this machine: that of `CKP_BROWSER`, or the first on the path.
pub fn find() -> Option<PathBuf> {
    if let Some(named) = std::env::var_os("CKP_BROWSER") {
        return Some(named.into());
    }
    let path = std::env::var_os("PATH")?;
    let folders: Vec<PathBuf> = std::env::split_paths(&path).collect();
    let programs = NAMES.iter().flat_map(|name| folders.iter().map(move |f| f.join(name)));
    programs.into_iter().find(|program| program.is_file())
}

/// One window. Every message of the page's console and every request that it makes is kept.
pub struct Browser {
    process: Arc<Mutex<Child>>,
    is_done: Arc<AtomicBool>,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
    session: Option<String>,
    last: u64,
    events: Vec<Value>,
    _profile: tempfile::TempDir,
}

impl Browser {
    pub fn start(program: &Path) -> Self {
        let profile = tempfile::tempdir().unwrap();
        let mut command = Command::new("sh");
        // Chromium reads the protocol from descriptor 3 and writes it to 4.
        command
            .args(["-c", "exec \"$0\" \"$@\" 3<&0 4>&1 </dev/null >/dev/null 2>&1"])
            .arg(program);
        command.args(["--headless", "--remote-debugging-pipe", "--disable-gpu", "--no-first-run"]);
        command.args(["--disable-background-networking", "--window-size=1440,1000"]);
        // No name of the network resolves.
        command.arg("--host-resolver-rules=MAP * ~NOTFOUND");
        command.arg(format!("--user-data-dir={}", profile.path().display()));
        if rustix::process::getuid().is_root() {
            command.arg("--no-sandbox");
        }
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let (input, output) = (child.stdin.take().unwrap(), child.stdout.take().unwrap());
        let process = Arc::new(Mutex::new(child));
        let is_done = Arc::new(AtomicBool::new(false));
        // A browser that does not answer ends the test.
        let (watched, done) = (process.clone(), is_done.clone());
        std::thread::spawn(move || {
            std::thread::sleep(PATIENCE);
            if !done.load(Ordering::Relaxed) {
                let _ = watched.lock().unwrap().kill();
            }
        });
        let mut browser = Self {
            process,
            is_done,
            input,
            output: BufReader::new(output),
            session: None,
            last: 0,
            events: Vec::new(),
            _profile: profile,
        };
        let target = browser.call("Target.createTarget", json!({ "url": "about:blank" }));
        let session = browser.call(
            "Target.attachToTarget",
            json!({ "targetId": target["targetId"], "flatten": true }),
        );
        browser.session = session["sessionId"].as_str().map(str::to_owned);
        for domain in ["Page", "Runtime", "Log", "Network", "Accessibility"] {
            browser.call(&format!("{domain}.enable"), json!({}));
        }
        browser.call(
            "Network.emulateNetworkConditions",
            json!({ "offline": true, "latency": 0, "downloadThroughput": 0, "uploadThroughput": 0 }),
        );
        browser
    }

    /// One command of the protocol, and its result.
    pub fn call(&mut self, method: &str, params: Value) -> Value {
        self.last += 1;
        let mut message = json!({ "id": self.last, "method": method, "params": params });
        if let Some(session) = &self.session {
            message["sessionId"] = json!(session);
        }
        self.input.write_all(format!("{message}\0").as_bytes()).unwrap();
        loop {
            let answer = self.read();
            if answer["id"] == self.last {
                assert!(answer["error"].is_null(), "{method}: {}", answer["error"]);
                return answer["result"].clone();
            }
            self.events.push(answer);
        }
    }

    fn read(&mut self) -> Value {
        let mut bytes = Vec::new();
        self.output.read_until(0, &mut bytes).unwrap();
        assert_eq!(bytes.pop(), Some(0), "the browser ended, or did not answer for {PATIENCE:?}");
        serde_json::from_slice(&bytes).unwrap()
    }

    /// Open a file from disk and wait until it has run.
    pub fn open(&mut self, path: &Path) {
        self.events.clear();
        let url = format!("file://{}", path.display());
        self.call("Page.navigate", json!({ "url": url }));
        while !self.events.iter().any(|event| event["method"] == "Page.loadEventFired") {
            let event = self.read();
            self.events.push(event);
        }
    }

    /// The value of an expression in the page.
    pub fn get(&mut self, expression: &str) -> Value {
        let params = json!({ "expression": expression, "returnByValue": true });
        let result = self.call("Runtime.evaluate", params);
        let exception = &result["exceptionDetails"];
        assert!(exception.is_null(), "{expression}: {exception:#}");
        result["result"]["value"].clone()
    }

    /// The texts of all elements that a selector finds.
    pub fn texts(&mut self, selector: &str) -> Vec<String> {
        let list = self.get(&format!(
            "Array.from(document.querySelectorAll({}), (e) => e.textContent.trim())",
            json!(selector)
        ));
        list.as_array().unwrap().iter().map(|text| text.as_str().unwrap().to_owned()).collect()
    }

    /// Click in the middle of the first element that a selector finds, as a mouse does.
    pub fn click(&mut self, selector: &str) {
        let place = self.get(&format!(
            "(() => {{ const e = document.querySelector({}); e.scrollIntoView({{ block: 'center', \
             behavior: 'instant' }}); const r = e.getBoundingClientRect(); \
             return [r.x + r.width / 2, r.y + r.height / 2]; }})()",
            json!(selector)
        ));
        for kind in ["mouseMoved", "mousePressed", "mouseReleased"] {
            let buttons = u32::from(kind == "mousePressed");
            self.call(
                "Input.dispatchMouseEvent",
                json!({ "type": kind, "x": place[0], "y": place[1], "button": "left",
                    "buttons": buttons, "clickCount": 1 }),
            );
        }
    }

    /// Press a key such as `Enter`, and release it.
    pub fn press(&mut self, key: &str) {
        let (code, text) = match key {
            "Enter" => (13, "\r"),
            "Escape" => (27, ""),
            "ArrowLeft" => (37, ""),
            "ArrowRight" => (39, ""),
            "ArrowDown" => (40, ""),
            _ => panic!("{key}"),
        };
        for kind in ["keyDown", "keyUp"] {
            let mut event =
                json!({ "type": kind, "key": key, "code": key, "windowsVirtualKeyCode": code });
            if kind == "keyDown" && !text.is_empty() {
                event["text"] = json!(text);
            }
            self.call("Input.dispatchKeyEvent", event);
        }
    }

    /// Type into the element that has the focus.
    pub fn write(&mut self, text: &str) {
        self.call("Input.insertText", json!({ "text": text }));
    }

    /// Errors and warnings since the page was opened, and addresses that it asked for.
    pub fn complaints_and_requests(&mut self) -> (Vec<Value>, Vec<String>) {
        // What the page has said until now comes before the answer.
        self.get("0");
        let mut complaints = Vec::new();
        let mut requests = Vec::new();
        for event in &self.events {
            match event["method"].as_str().unwrap_or_default() {
                "Runtime.exceptionThrown" | "Runtime.consoleAPICalled" | "Log.entryAdded" => {
                    complaints.push(event["params"].clone());
                }
                "Network.requestWillBeSent" => {
                    let url = event["params"]["request"]["url"].as_str().unwrap();
                    requests.push(url.to_owned());
                }
                _ => {}
            }
        }
        (complaints, requests)
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        self.is_done.store(true, Ordering::Relaxed);
        let mut process = self.process.lock().unwrap();
        let _ = process.kill();
        let _ = process.wait();
    }
}
