-- Types of tasks in the CRM that are meetings with clients, in lower case, by their kind in int_tasks.
create table conf.meeting_task_types (
  task_type text primary key,
  -- meeting or presentation
  kind text not null check (kind in ('meeting', 'presentation'))
);

insert into conf.meeting_task_types (task_type, kind) values ('meeting', 'meeting');
