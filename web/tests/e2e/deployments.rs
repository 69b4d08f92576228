//! Versions, aliases, alarms and deployments: what board, timeline and panel say of them, and
//! what a person does with them.

use thirtyfour::prelude::*;

use crate::browser::{Page, visit};
use crate::editing::put;
use crate::keys::{open, press};
use crate::mistakes::{dismiss, open_file};

/// What the board says.
const BOARD: &str = "document.querySelector('#board').textContent";
/// What the panel says.
const PANEL: &str = "document.querySelector('.insp').textContent";
/// A canary with one in ten requests on a version that throws, shortly before its alarm goes
/// off.
const CANARY: &str = "#e=deploy-alarm&t=168.05s";

#[test]
fn a_canary_is_seen_with_its_weights_its_alarm_and_its_end() {
    visit(async |page| {
        open(page, CANARY).await?;
        for said in ["90 %", "10 %", "17 of 210", "InProgress", "3:00 stops"] {
            // What lies ahead is not told before it has come about.
            let is_said = format!("{BOARD}.includes({said:?})");
            match said {
                "17 of 210" => assert!(!page.evaluate::<bool>(&is_said).await?),
                _ => page.wait_until(&is_said).await?,
            }
        }
        let bands = "document.querySelectorAll('#board .w-share').length === 2";
        page.wait_until(bands).await?;
        page.assert_no_barriers("a canary under way").await?;
        // To the end: the alarm has gone off, and all traffic is back.
        open(page, "#e=deploy-alarm&t=200s").await?;
        for said in ["100 %", "17 of 17 failed", "Stopped", "3:00 ALARM_ACTIVE"] {
            page.wait_until(&format!("{BOARD}.includes({said:?})")).await?;
        }
        let bands = "document.querySelectorAll('#board .w-share').length === 1";
        page.wait_until(bands).await
    });
}

#[test]
fn what_lies_ahead_is_not_told_before_somebody_has_guessed() {
    visit(async |page| {
        open(page, "#e=deploy-alarm").await?;
        page.wait_until("!!document.querySelector('#question')").await?;
        let shown = "[...document.querySelectorAll('#board .ahead, #lanes .steps')] \
            .some(e => getComputedStyle(e).visibility === 'visible')";
        assert!(!page.evaluate::<bool>(shown).await?);
        page.click("#question-close").await?;
        page.wait_until(shown).await
    });
}

#[test]
fn lanes_and_gauges_tell_versions_apart() {
    visit(async |page| {
        open(page, CANARY).await?;
        let lanes = "document.querySelector('#lanes').textContent";
        for name in ["checkout:1", "checkout:2", "live-errors", "10 % version 2"] {
            page.wait_until(&format!("{lanes}.includes({name:?})")).await?;
        }
        // An alarm that is OK, one that has gone off, and one without data yet.
        for (css, count) in [(".env-none", 1), (".t-on", 0), (".tfail", 1)] {
            let drawn = format!(
                "document.querySelector('#lanes .layers > .pic').querySelectorAll('{css}').length"
            );
            page.wait_until(&format!("{drawn} === {count}")).await?;
        }
        let readings: Vec<String> = page
            .evaluate(
                "[...document.querySelectorAll('#readings g')].map(g => g.ariaLabel)",
            )
            .await?;
        let errors: Vec<&String> =
            readings.iter().filter(|reading| reading.starts_with("Errors")).collect();
        // Of the function, then of its versions.
        assert_eq!(
            errors,
            ["Errors: 13 so far", "Errors: 0 so far", "Errors: 13 so far"]
        );
        Ok(())
    });
}

#[test]
fn the_panel_compares_what_was_drawn_with_what_was_to_be_expected() {
    visit(async |page| {
        open(page, CANARY).await?;
        choose(page, "checkout", "#tab-now").await?;
        for said in ["90 % version 1, 10 % version 2", "16.9 of 169", "13 of 169"] {
            page.wait_until(&format!("{PANEL}.includes({said:?})")).await?;
        }
        choose(page, "live-errors", "#tab-now").await?;
        page.wait_until(&format!("{PANEL}.includes('breaching, breaching, breaching')"))
            .await?;
        choose(page, "release", "#tab-now").await?;
        for said in ["LambdaCanary10Percent5Minutes", "AllowTrafficInProgress"] {
            page.wait_until(&format!("{PANEL}.includes({said:?})")).await?;
        }
        Ok(())
    });
}

#[test]
fn a_deployment_is_stopped_and_an_alarm_is_rung_at_the_playhead() {
    visit(async |page| {
        open(page, CANARY).await?;
        choose(page, "release", "#tab-settings").await?;
        press_deed(page, "Stop the deployment").await?;
        page.wait_until(&format!("{BOARD}.includes('MANUAL_STOP')")).await?;
        page.click("#undo").await?;
        page.wait_until(&format!("{BOARD}.includes('InProgress')")).await?;
        choose(page, "live-errors", "#tab-settings").await?;
        press_deed(page, "Ring the alarm").await?;
        page.wait_until(&format!("{BOARD}.includes('2:48 ALARM_ACTIVE')")).await
    });
}

/// Chooses a part in the outline, and what the panel shows of it.
async fn choose(page: &Page, part: &str, tab: &str) -> WebDriverResult<()> {
    let found = format!(
        "[...document.querySelectorAll('.parts .part')].find(b => b.textContent === {part:?})"
    );
    page.wait_until(&format!("!!{found}")).await?;
    page.evaluate::<()>(&format!("void {found}.click()")).await?;
    page.click(tab).await
}

async fn press_deed(page: &Page, deed: &str) -> WebDriverResult<()> {
    let found = format!(
        "[...document.querySelectorAll('.insp button')].find(b => b.textContent === {deed:?})"
    );
    page.wait_until(&format!("!!{found}")).await?;
    page.evaluate::<()>(&format!("void {found}.click()")).await
}

#[test]
fn settings_of_alarms_and_deployments_say_their_ranges() {
    visit(async |page| {
        open(page, CANARY).await?;
        choose(page, "live-errors", "#tab-settings").await?;
        let says = "[...document.querySelectorAll('.says')].map(s => s.innerText).join()";
        put(page, "alarms.live-errors.period", "5s").await?;
        page.wait_until(&format!("{says}.includes('10 to 86400 whole seconds')")).await?;
        put(page, "alarms.live-errors.evaluation-periods", "2").await?;
        page.wait_until(&format!("{BOARD}.includes('2 of 2')")).await?;
        choose(page, "release", "#tab-settings").await?;
        put(page, "deployment-groups.release.config", "CodeDeployDefault.LambdaSlowly")
            .await?;
        page.wait_until(&format!("{says}.includes('CD-10')")).await
    });
}

#[test]
fn mistakes_of_deployments_are_told_with_place_range_and_rule() {
    let with = |more: &str| {
        format!(
            r#"{{"lambdarium":1,"functions":{{"f":{{"versions":{{"1":{{}},"2":{{}}}},
                "aliases":{{"live":"1"}}}}}},{more}}}"#
        )
    };
    let group = |more: &str| {
        with(&format!(r#""deployment-groups":{{"g":{{"alias":"f:live",{more}}}}}"#))
    };
    let cases = [
        (
            group(
                r#""config":"CodeDeployDefault.LambdaAllAtOnce","before-allow-traffic":"nobody""#,
            ),
            ["deployment-groups.g.before-allow-traffic", "nobody", "CD-05"],
        ),
        (
            with(r#""alarms":{"a":{"watches":"f","metric":"Sorrows"}}"#),
            ["alarms.a.metric", "Sorrows", "Invocations"],
        ),
        (
            group(
                r#""traffic-routing":{"type":"TimeBasedCanary","percentage":100,"interval":5}"#,
            ),
            ["deployment-groups.g.traffic-routing.percentage", "100", "99"],
        ),
    ];
    visit(async |page| {
        open(page, CANARY).await?;
        let title = page.text("h1").await?;
        for (text, told) in &cases {
            open_file(page, "mistaken.json", text).await?;
            let notice = page.text("#notice").await?;
            for words in told {
                assert!(notice.contains(words), "no {words:?} in {notice}");
            }
            assert_eq!(page.text("h1").await?, title, "the run stays");
            dismiss(page).await?;
        }
        Ok(())
    });
}

/// Calls that AWS refuses, each with the code it answers with.
const REFUSED: [(&str, &str); 6] = [
    (
        r#"{"at":"1s","do":"UpdateAlias","with":{"FunctionName":"f","Name":"live",
            "RoutingConfig":{"AdditionalVersionWeights":{"2":1.1}}}}"#,
        "ValidationException",
    ),
    (
        r#"{"at":"2s","do":"UpdateAlias","with":{"FunctionName":"f","Name":"live",
            "RoutingConfig":{"AdditionalVersionWeights":{"2":0.1,"3":0.1}}}}"#,
        "InvalidParameterValueException",
    ),
    (
        r#"{"at":"3s","do":"CreateAlias","with":{"FunctionName":"f","Name":"test",
            "FunctionVersion":"$LATEST",
            "RoutingConfig":{"AdditionalVersionWeights":{"2":0.1}}}}"#,
        "InvalidParameterValueException",
    ),
    (
        r#"{"at":"4s","do":"DeleteFunction","with":{"FunctionName":"f","Qualifier":"1"}}"#,
        "ResourceConflictException",
    ),
    (
        r#"{"at":"5s","do":"CreateAlias","with":{"FunctionName":"f","Name":"1",
            "FunctionVersion":"1"}}"#,
        "ValidationException",
    ),
    (
        r#"{"at":"7s","do":"CreateDeployment","with":{"deploymentGroupName":"g",
            "revision":{"appSpecContent":{"content":{"Resources":[{"f":{
            "Type":"AWS::Lambda::Function","Properties":{"TargetVersion":"3"}}}]}}}}}"#,
        "DeploymentLimitExceededException",
    ),
];
/// The deployment that runs when another one is asked for.
const DEPLOYED: &str = r#"{"at":"6s","do":"CreateDeployment","with":{"deploymentGroupName":"g",
    "revision":{"appSpecContent":{"content":{"Resources":[{"f":{
    "Type":"AWS::Lambda::Function","Properties":{"TargetVersion":"2"}}}]}}}}}"#;

#[test]
fn calls_that_aws_refuses_are_told_with_its_codes_where_they_were_made() {
    let mut acts: Vec<&str> = REFUSED.iter().map(|(act, _)| *act).collect();
    // In order of time.
    acts.insert(REFUSED.len() - 1, DEPLOYED);
    let text = format!(
        r#"{{"lambdarium":1,"title":"Refused",
            "functions":{{"f":{{"versions":{{"1":{{}},"2":{{}},"3":{{}}}},"aliases":{{"live":"1"}}}}}},
            "deployment-groups":{{"g":{{"alias":"f:live",
            "config":"CodeDeployDefault.LambdaCanary10Percent5Minutes"}}}},"acts":[{}]}}"#,
        acts.join(",")
    );
    visit(async |page| {
        open(page, CANARY).await?;
        open_file(page, "refused.json", &text).await?;
        page.wait_until("document.querySelector('h1').innerText === 'Refused'").await?;
        page.click("#tab-story").await?;
        press(page, "9").await?;
        let refused = "document.querySelector('#story').innerText.split('Exception')";
        page.wait_until(&format!("{refused}.length > {}", REFUSED.len())).await?;
        let lines: Vec<String> = page
            .evaluate("[...document.querySelectorAll('.story li')].map(l => l.innerText)")
            .await?;
        let told: Vec<&String> =
            lines.iter().filter(|line| line.contains("Exception")).collect();
        assert_eq!(told.len(), REFUSED.len(), "{lines:?}");
        for (line, (_, code)) in told.iter().zip(REFUSED) {
            assert!(line.contains(code), "{code} in {line}");
        }
        Ok(())
    });
}
