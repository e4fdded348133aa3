//! TikTok's own Python SDK reads the simulator, and what it understood is the world.

#![expect(clippy::unwrap_used, reason = "a test may fail")]

use std::collections::BTreeMap;
use std::process::{Command, Output};

use serde_json::Value;
use tiktok_simulator::{Endpoint, Options, Simulator, What, When, World};

const MEMBER: &str = "data_extract@annalect-data.info";
const SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../sdk/drive_simulator.py");

fn simulator() -> Simulator {
    let world = World::new()
        .member(MEMBER, "token-1")
        .of_app("7000000000000000000", "secret-1")
        .business_center("7564000000000000003", "Acme BC")
        .accounts("7100000000000000001", 120)
        .business_center("7564000000000000004", "Brand “X” \\ BC")
        .joined_as_admin_by(MEMBER)
        .account("7200000000000000001", "Brand X – Ø")
        .with_role("OPERATOR")
        .account("7200000000000000002", "Nobody said")
        .with_role(None)
        .business_center("7564000000000000005", "Empty BC");
    Simulator::in_background(Options::default(), world).unwrap()
}

fn sdk_reads(simulator: &Simulator) -> Output {
    let Ok(python) = std::env::var("SDK_PYTHON") else {
        panic!(
            "SDK_PYTHON must name the python of a virtual environment with TikTok's SDK. From the root of the repository:\n  \
             python3 -m venv target/test-venv\n  \
             target/test-venv/bin/pip install -r tests/sdk/requirements.txt\n  \
             SDK_PYTHON=$PWD/target/test-venv/bin/python cargo test -p tiktok-simulator"
        )
    };
    let mut command = Command::new(&python);
    command.arg(SCRIPT).arg(simulator.base_url()).args(["token-1", "7000000000000000000", "secret-1"]);
    match command.output() {
        Ok(output) => output,
        Err(error) => panic!("SDK_PYTHON={python} cannot be started: {error}"),
    }
}

#[test]
fn the_sdk_understands_what_the_simulator_says() {
    let simulator = simulator();
    let output = sdk_reads(&simulator);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let summary: Value = serde_json::from_slice(&output.stdout).unwrap();

    assert_eq!(summary["user"]["email"], "d***t@annalect-data.info");
    assert_eq!(summary["page_info"]["total_number"], 3);
    let listed = summary["business_centers"].as_array().unwrap();
    assert_eq!(listed[0]["page_info"]["total_page"], 3);
    assert_eq!(listed[1]["user_role"], "ADMIN");
    for bc in listed {
        let id = bc["bc_id"].as_str().unwrap();
        let expected: BTreeMap<_, _> = simulator
            .world(|world| world.assigned_in(id, MEMBER))
            .into_iter()
            .map(|(id, role)| (id, role.into()))
            .collect();
        let read: BTreeMap<String, Value> = serde_json::from_value(bc["accounts"].clone()).unwrap();
        assert_eq!(read, expected, "{id}");
    }
    assert_eq!(summary["reached"].as_array().unwrap().len(), 122);
    assert_eq!(simulator.violations(), Vec::<String>::new());
}

#[test]
fn the_sdk_says_so_when_the_simulator_lies() {
    let simulator = simulator();
    simulator.add_fault(When::asked(Endpoint::BcAssetGet).on_page(2).gives(What::ShortPage));
    let output = sdk_reads(&simulator);
    assert!(!output.status.success());
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.contains("119 rows, but total_number is 120"), "{said}");
}
