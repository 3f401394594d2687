import { REGULATION_TEMPLATE } from './template-regulation.ts';
import { REPORTS_TEMPLATE } from './template-reports.ts';
import { SOURCES_TEMPLATE } from './template-sources.ts';

/** What `voronka init` writes: every key with its meaning; what is commented out shows the default. */
export const CONFIG_TEMPLATE = `# voronka: where the data comes from and how your sales department works.
# Secrets never stand here, only the NAMES of the environment variables that hold them.
# Check this file with \`voronka doctor\`.

account:
  name: Acme sales
  time_zone: Europe/Moscow # a day of a report is a day in this zone
  currency: RUB
  country: RU # of phone numbers that are written without one
  # When you work: norms are held against this time. Lunch is the gap between two entries.
  # business_hours: { mon-thu: ["09:00-13:00", "14:00-18:00"], fri: ["09:00-17:00"] }
  # holidays: [2026-01-01, { day: 2026-05-01, title: Labour Day }] # or a file of holidays (docs/files.md)
  # working_days: [2026-02-14] # a Saturday that is worked

# Without DATABASE_URL in the environment voronka runs its own Postgres in .voronka/postgres.
# database:
#   embedded_dir: .voronka/postgres
#   name: voronka

sources:
  - type: amocrm
    name: amocrm
    base_url: https://your-account.amocrm.ru
    token_env: AMOCRM_TOKEN # a long-lived token of a private integration, made by an administrator
    # Instead of token_env, an OAuth integration; \`voronka auth amocrm\` gets the first tokens:
    # oauth:
    #   client_id_env: AMOCRM_CLIENT_ID
    #   client_secret_env: AMOCRM_CLIENT_SECRET
    #   redirect_uri: http://localhost:4001/callback
    # requests_per_second: 7 # amoCRM's own limit; it blocks accounts that go over it
    # history_from: 2024-01-01 # read nothing older
    # max_deleted_share: 0.2 # a sweep that would mark more than this share deleted stops and asks
    # sweep_every: 1d # how often all cards are read from end to end, to find merged and purged ones
    # schedule: { every: 5m }
    # amoCRM tells of each change at once and its row is read some seconds later, between the reads of the schedule.
    # \`voronka webhooks\` prints the address to give to amoCRM; it must reach serve.host and serve.port from the internet.
    # webhooks: { enabled: true, debounce: 5s }
${SOURCES_TEMPLATE}
# How often each source is read and the marts are built: an interval that divides a minute, an hour or a day, or a cron
# expression in the account's time zone. Nothing is started in the quiet hours.
schedule:
  every: 5m
  # cron: "*/10 8-20 * * 1-5"
  # quiet_hours: { from: "23:00", to: "06:00" }

funnel:
  # The deal's custom field that says where the lead came from: its code or its name.
  lead_source_field: UTM_SOURCE
  # The deal's custom field with the currency of its amount, where it is not the account's; rates come from files (docs/files.md).
  # currency_field: Currency
  # Which step of the funnel each stage of your pipelines is, by name or id:
  #   incoming, new, contacted, qualified, proposal, meeting, objection, agreement, won, lost
  # Closed stages and "incoming leads" are known by themselves. A stage left out counts as the step before it.
  steps: []
  # - pipeline: Sales
  #   stages:
  #     First contact: contacted
  #     Needs understood: qualified
  #     Proposal sent: proposal
  #     Negotiation: objection
  #     Contract: agreement

# Who is in which team and uses which extension and mailbox, and when; a manager is named by the e-mail, id or name the CRM has (docs/identity.md).
# managers:
#   - manager: anna@company.ru
#     team: North # instead of the CRM's group; or, where it changed:
#     teams: [{ team: South, to: 2025-06-30 }, { team: North, from: 2025-07-01 }]
#     from: 2024-03-01 # the first day at work, and \`to\` the last; else as the CRM shows
#     extensions: ["101", { number: "102", source: pbx, from: 2025-01-01, to: 2025-06-30 }]
#     mailboxes: [anna@company.ru]

${REGULATION_TEMPLATE}
serve:
  host: 127.0.0.1
  port: 4000

# The KPIs over the Postgres protocol: Power BI, Metabase, Excel, DBeaver and psql connect here (docs/sql-api.md).
# sql_api:
#   host: 127.0.0.1
#   port: 15432
#   tls: { cert_file: server.crt, key_file: server.key } # else passwords are taken by SCRAM, or from this machine, only
#   statement_timeout: 60s

# Who may log in to it; anybody else with a token of \`voronka token\` as the password.
# users:
#   - name: anna
#     password: SCRAM-SHA-256$… # made by \`voronka user password\`
#     role: manager # executive, head, manager or analyst
#     managers: ["31234567:1001"]
${REPORTS_TEMPLATE}`;
