/** The part of `voronka init`'s file about norms, limits, bonus and rating. */
export const REGULATION_TEMPLATE = `# Norms, limits, bonus, rating (docs/regulation.md).
# regulation:
#   callback_norm: 30m # a missed call is called back within this, business time
#   first_contact_norm: 30m # a new lead is contacted within this, business time
#   lead_processing_norm: 24h # a new lead is qualified within this, calendar time
#   deal_close_norm: 7d # a qualified deal is won within this, calendar time
#   norms: # of a working day; a manager's goes before a team's, a team's before everybody's
#     - { calls: 40, talk_minutes: 90, emails: 10, proposals: 2, meetings: 1 }
#     - { call_hours: 2, mail_hours: 1, meeting_hours: 1 }
#     - { team: Corporate, calls: 20, meetings: 2 }
#     - { manager: anna@company.ru, calls: 20, from: 2026-01-01, to: 2026-01-31 }
#   email_minutes: 5 # what writing an e-mail takes, for the hours on mail
#   stage_limits: # in business time; a day is a working day
#     - { step: proposal, limit: 3d }
#     - { pipeline: Sales, stage: Contract, limit: 16h }
#   idle_days: 14 # an open deal without a contact for so long is idle
#   active_client_days: 180 # a client is active so long after a won deal
#   return_days: 90 # a refusal that comes back within this is returned
#   win_rate_days: 180 # how far back the win rates of stages look
#   stale_after: 24h # a source that was not read for so long is stale in data_health
#   bonus: # by the share of the month's plan that was reached; the highest tier counts
#     - { from: 0.8, rate: 0.01 } # a share of the won amount
#     - { from: 1, rate: 0.02, amount: 10000 }
#   rating_points: { calls_answered: 1, emails_sent: 1, meetings_held: 10, proposals_sent: 10, deals_won: 50 }
#   competitions: # who has most of a KPI, or of points, between two days
#     - { name: Spring of calls, from: 2026-03-01, to: 2026-03-31, metric: calls_out }
#     - { name: Offers, from: 2026-04-01, to: 2026-04-30, points: { proposals_sent: 3, deals_won: 10 } }
`;
