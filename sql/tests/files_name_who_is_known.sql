{{ config(severity='warn') }}

-- Rows of files that name somebody or something nobody knows: `voronka files issues` prints them with the nearest known names.
select * from {{ ref('fct_file_issues') }}
