/** What voronka says by itself, as `voronka init` shows it: commented out, and complete enough to work once it is not. */
export const REPORTS_TEMPLATE = `
# Where voronka sends what it says by itself (docs/reports.md).
# channels:
#   - { type: email, name: mail, server_env: SMTP_URL, from: "voronka <bi@company.ru>" } # smtps://user:password@host:465
#   - { type: telegram, name: telegram, token_env: TELEGRAM_BOT_TOKEN }
#   - { type: slack, name: slack, url_env: SLACK_WEBHOOK_URL } # Mattermost takes the same
#   - { type: webhook, name: erp, url: "https://erp.company.ru/voronka", secret_env: ERP_SECRET }
#   - { type: folder, name: folder, path: reports }

# Who gets it, and with whose rights it is made: a head sees their teams, a manager themselves.
# recipients:
#   - { name: Director, role: executive, language: ru, at: [{ channel: mail, address: boss@company.ru }] }
#   - { name: Head of A, role: head, teams: [Team A], at: [{ channel: telegram, address: "-1001234567" }] }

# Digests: daily, weekly, monthly, personal. Times are the account's; working days are those of its calendar.
# reports:
#   language: en # or ru
#   dashboard_url: https://bi.company.ru # for links in messages
#   digests:
#     - { name: evening, report: daily, at: "19:00", to: [Director, Head of A] }
#     - { name: week, report: weekly, at: "17:00", to: [Director], attach: [xlsx, pdf] }
#     - { name: month, report: monthly, at: "10:00", to: [Director] }
#     - { name: own, report: personal, at: "18:30", to_each_manager: [mail] }

# Alerts, looked for after each build; \`voronka alerts backtest\` tells how often each rule would have spoken (docs/alerts.md).
# alerts:
#   quiet_hours: { from: "20:00", to: "09:00" }
#   group_for: 15m # alerts that come within this time go in one message
#   levels: # who is told at once, and who when nobody has acknowledged it
#     - { to: [Head of A] }
#     - { to: [Director], after: 4h }
#   rules:
#     plan_behind: { below: 0.7 }
#     big_deal_lost: { amount: 500000 }
#     deal_deleted: { enabled: false }
`;
