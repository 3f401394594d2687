/** The ids of KPI.md, section by section. */
export const CATALOGUE: readonly string[] = [
  // A. Receiving and qualifying leads
  'leads_new', 'leads_accepted', 'first_call_speed', 'first_contact_speed', 'contacted_rate', 'contacted_in_sla_rate',
  'lead_processing_time', 'leads_disqualified', 'disqualified_rate', 'chat_contacts', 'qualified_rate',
  // B. Making and sending offers
  'proposals_sent', 'proposals_amount', 'meetings_held', 'presentations_held', 'lead_to_proposal_rate', 'call_to_meeting_rate',
  // C. Objections and refusals
  'objection_attempts', 'objection_time', 'deals_lost', 'deals_returned', 'return_rate',
  // D. Closing
  'deals_won', 'won_amount', 'avg_check', 'close_rate', 'lead_to_won_rate', 'proposal_to_won_rate', 'deal_close_time',
  'sales_cycle_time', 'step_conversion', 'open_deals', 'open_amount', 'weighted_amount', 'pipeline_change',
  // E. Work done
  'calls_out', 'calls_in', 'calls_answered', 'calls_missed', 'missed_rate', 'missed_unreturned', 'callback_time', 'talk_time',
  'avg_talk_time', 'reach_rate', 'emails_sent', 'emails_received', 'email_reply_time', 'emails_unanswered', 'tasks_done',
  'tasks_overdue', 'tasks_on_time_rate', 'crm_actions', 'activity_index', 'overlapping_contacts', 'hours_on_calls',
  'hours_on_mail', 'hours_on_meetings',
  // F. Plan and regulation
  'plan_amount', 'plan_deals', 'plan_new_clients', 'plan_activity', 'plan_execution', 'plan_pace', 'plan_forecast', 'bonus',
  'stage_overdue', 'stage_overdue_amount', 'stage_sla_rate', 'deals_without_task', 'deals_idle', 'norm_compliance',
  'rating_points', 'rating_place', 'deals_deleted',
  // G. Clients
  'active_clients', 'new_clients', 'repeat_deals', 'repeat_amount', 'retention_rate', 'churned_clients', 'turnover_per_client',
  'client_segment',
  // H. Economics
  'sales_costs', 'marketing_costs', 'gross_profit', 'margin', 'return_on_sales_costs', 'cac', 'payback_months', 'market_share',
  'sales_growth',
  // I. Quality
  'csat_avg', 'nps', 'call_score_avg', 'calls_reviewed', 'training_hours', 'test_score_avg',
  // J. Looking ahead
  'stage_win_rate', 'expected_won_amount', 'early_warnings',
]; // prettier-ignore
