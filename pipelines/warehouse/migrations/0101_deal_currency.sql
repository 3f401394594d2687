-- The deal's custom field that holds its currency; null: all amounts are in the currency of the CRM's account.
alter table conf.settings add column deal_currency_field text;
