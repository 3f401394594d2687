/** The other kinds of source, as `voronka init` shows them: commented out, and complete enough to work once they are not. */
export const SOURCES_TEMPLATE = `
  # The phone system. Asterisk: a table of Postgres, MySQL or MariaDB, or Master.csv (docs/asterisk.md)
  # - type: asterisk
  #   name: pbx
  #   database: { url_env: ASTERISK_URL, table: cdr } # or files: { path: /var/log/asterisk/cdr-csv }
  #   time_zone: Europe/Moscow # of the times as they are stored
  #   trunk_pattern: ^PJSIP/trunk- # channels that lead outside
  #   extension_pattern: ^\\d{3}$ # internal numbers
  #   own_numbers: ["+74951234567"]
  # UIS, CoMagic, Novofon, CallGear (docs/telephony-cloud.md)
  # - type: uis
  #   base_url: https://dataapi.uiscom.ru/v2.0
  #   token_env: UIS_TOKEN
  # Mango Office (docs/telephony-cloud.md)
  # - type: mango
  #   key_env: MANGO_KEY
  #   salt_env: MANGO_SALT

  # Mail: headers only, never a body (docs/mail.md)
  # - type: imap
  #   host: imap.company.ru
  #   mailboxes:
  #     - { address: anna@company.ru, password_env: MAIL_ANNA }
  # - type: maildir
  #   path: /var/mail

  # Meetings (docs/calendar.md)
  # - type: calendar
  #   time_zone: Europe/Moscow
  #   calendars:
  #     - { owner: anna@company.ru, caldav: "https://dav.company.ru/", username: anna, password_env: DAV_ANNA }
  #     - { path: calendars } # a folder of anna@company.ru.ics …
  #   presentations: { titles: презентац|demo }

  # Plans, costs, surveys, reviews, holidays: CSV and XLSX of a folder (docs/files.md; \`voronka files template targets\`)
  # - type: files
  #   folder: tables
  #   date_order: dmy # 31.01.2026
`;
