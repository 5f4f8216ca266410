//! What Wireshark and its tools make of the files.

use std::process::{Command, Stdio};

use crate::files;
use crate::scene::{Scene, run, testdata};

/// Standard output of a tool that has nothing to complain of.
fn tool(scene: &Scene, name: &str, arguments: &[&str]) -> String {
    let mut command = Command::new(name);
    command.args(arguments).current_dir(scene.path(""));
    let (code, stdout, stderr) = run(command.stdin(Stdio::null()));
    let complaint = stderr
        .lines()
        .find(|line| !line.starts_with("Running as user"));
    assert_eq!((code, complaint), (Some(0), None), "{name} {arguments:?}");
    String::from_utf8_lossy(&stdout).into_owned()
}

#[test]
#[ignore = "needs tshark"]
fn tshark_decrypts_with_nothing_but_the_file() {
    let scene = Scene::new();
    for capture in ["tls/tls13-curl.pcapng", "tls/tls12-curl.pcapng"] {
        for style in ["dsb", "comment", "none"] {
            let path = testdata(capture);
            let arguments = ["--session", "1", "--spider-fields", style, &path];
            scene.write("one.pcapng", &scene.export(&arguments));
            let http = tool(&scene, "tshark", &["-r", "one.pcapng", "-Y", "http"]);
            assert!(http.contains("GET /"), "{capture} {style}: {http}");
            let arguments = ["-r", "one.pcapng", "-q", "-z", "follow,tls,ascii,0"];
            let text = tool(&scene, "tshark", &arguments);
            assert!(text.contains("HTTP/1.1 200"), "{capture} {style}: {text}");
        }
        scene.write(
            "bare.pcapng",
            &scene.export(&["--no-secrets", &testdata(capture)]),
        );
        let http = tool(&scene, "tshark", &["-r", "bare.pcapng", "-Y", "http"]);
        assert_eq!(http, "", "{capture}");
    }
}

#[test]
#[ignore = "needs tshark"]
fn tshark_shows_the_names() {
    let scene = Scene::new();
    let demo = testdata("demo.pcapng");
    let documents = scene.documents(&demo);
    let document: serde_json::Value = serde_json::from_str(&documents[0]).unwrap();
    scene.write("one.pcapng", &scene.export(&["--session", "1", &demo]));
    let arguments = ["-r", "one.pcapng", "-N", "n", "-c", "1", "-T", "fields"];
    let fields = ["-e", "ip.src_host", "-e", "ip.dst_host"];
    let shown = tool(&scene, "tshark", &[&arguments[..], &fields].concat());
    let names = [&document["src"], &document["dst"]].map(|end| end["name"].as_str().unwrap());
    assert_eq!(shown.trim_end(), names.join("\t"));
}

#[test]
#[ignore = "needs tshark"]
fn the_tools_of_wireshark_take_every_file() {
    let scene = Scene::new();
    for file in files::all() {
        let path = file.path.to_str().unwrap();
        scene.write("all.pcapng", &scene.export(&[path]));
        tool(&scene, "capinfos", &["all.pcapng"]);
        tool(&scene, "tshark", &["-r", "all.pcapng", "-q"]);
        tool(&scene, "editcap", &["all.pcapng", "edited.pcapng"]);
        tool(
            &scene,
            "mergecap",
            &["-w", "merged.pcapng", "all.pcapng", "all.pcapng"],
        );
        let count = scene.whole("all.pcapng").packets.len();
        assert_eq!(
            scene.whole("edited.pcapng").packets.len(),
            count,
            "{}",
            file.name
        );
    }
}
