from pathlib import Path

from config_files import CONNECTIONS, settings_of

from config.not_acting import not_acting


def test_a_default_that_does_not_act_is_not_listed(tmp_path: Path) -> None:
    assert not_acting(settings_of(tmp_path, CONNECTIONS)) == []


def test_what_the_admin_wrote_and_does_not_act_is_listed(tmp_path: Path) -> None:
    text = """\
connections:
  - name: hs
    crm: hubspot
    auth: {flow: private_app, token: "${HS_TOKEN}"}
    quota: {reserve: 0.1}
    map: {account: {fields: {arr: arr}}}
identity: {prefer: [hs]}
usage: [{file: a.csv}, {segment: {write_key: "${SEGMENT_WRITE_KEY}"}}]
scorecards: [health, risk]
flags: {silent: {}}
write: {fields: [nps, survey_link_nps]}
own_fields: {nps: {to: nps}}
schedule: {poll: 1m, reconcile: "03:00"}
currency: {report: EUR}
workers: celery
broker: redis://localhost/0
"""
    assert not_acting(settings_of(tmp_path, text)) == [
        "usage[1].segment",
        "broker",
        "workers: celery",
    ]
