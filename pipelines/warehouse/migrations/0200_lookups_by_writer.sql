-- Each build asks who wrote to these last, and so read them whole: a number per client and call, over the years millions.
create index phone_numbers_loaded_xid_idx on ops.phone_numbers (loaded_xid);
create index mail_addresses_loaded_xid_idx on ops.mail_addresses (loaded_xid);
