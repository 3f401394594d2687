/** How a field is when it has no value. */
type Empty = null | readonly [];

export interface ReportFields {
  /** Every field the report has, with its empty value. */
  readonly all: Readonly<Record<string, Empty>>;
  /** Those given when the request does not name any. */
  readonly byDefault: readonly string[];
  readonly sortable: readonly string[];
}

const scalars = (names: string): Record<string, Empty> =>
  Object.fromEntries(names.split(/\s+/).map((name) => [name, null]));
const lists = (names: string): Record<string, Empty> =>
  Object.fromEntries(names.split(/\s+/).map((name) => [name, []]));

/** Pages get_calls_report, get_call_legs_report and get_employees of the vendor's documentation. */
export const reportFields = {
  calls: {
    all: {
      ...scalars(
        `id start_time finish_time finish_reason direction cpn_region_id cpn_region_name source is_lost
         communication_number communication_page_url contact_phone_number communication_id communication_type wait_duration
         total_wait_duration lost_call_processing_duration talk_duration clean_talk_duration total_duration postprocess_duration
         full_record_file_link virtual_phone_number ua_client_id ym_client_id sale_date sale_cost is_transfer search_query
         search_engine referrer_domain referrer entrance_page gclid yclid channel last_answered_employee_id
         last_answered_employee_full_name last_answered_employee_rating first_answered_employee_id
         first_answered_employee_full_name last_talked_employee_id last_talked_employee_full_name first_talked_employee_id
         first_talked_employee_full_name operator_phone_number scenario_name scenario_id site_domain_name site_id campaign_name
         campaign_id visitor_id person_id contact_id contact_full_name ext_id`,
      ),
      ...lists(
        'call_records wav_call_records voice_mail_records tags employees scenario_operations segments',
      ),
    },
    byDefault:
      `id start_time finish_time finish_reason direction source is_lost contact_phone_number communication_id
      communication_type wait_duration total_wait_duration talk_duration clean_talk_duration total_duration call_records
      wav_call_records full_record_file_link virtual_phone_number`.split(/\s+/),
    sortable: `start_time finish_reason direction source is_lost virtual_phone_number is_transfer`.split(
      /\s+/,
    ),
  },
  call_legs: {
    all: {
      ...scalars(
        `id call_session_id start_time connect_time duration total_duration finish_reason finish_reason_description
         virtual_phone_number calling_phone_number called_phone_number direction is_transfered is_operator employee_id
         employee_full_name employee_phone_number employee_rating scenario_id scenario_name is_coach release_cause_code
         release_cause_description is_failed is_talked contact_id contact_full_name contact_phone_number action_id action_name
         group_id group_name`,
      ),
      ...lists('call_records wav_call_records'),
    },
    byDefault:
      `id call_session_id call_records wav_call_records start_time connect_time duration total_duration finish_reason
      virtual_phone_number calling_phone_number called_phone_number direction is_transfered is_operator employee_id is_coach
      is_failed action_id action_name group_id group_name`.split(/\s+/),
    sortable: `call_session_id start_time duration total_duration finish_reason direction employee_id`.split(
      /\s+/,
    ),
  },
  employees: {
    all: {
      ...scalars('id first_name last_name patronymic full_name status status_id email schedule_id extension'),
      ...lists('groups phone_numbers'),
    },
    byDefault: 'id first_name last_name full_name status_id email groups phone_numbers extension'.split(' '),
    sortable: ['id', 'last_name', 'full_name'],
  },
} as const satisfies Record<string, ReportFields>;

export type UisList = keyof typeof reportFields;
