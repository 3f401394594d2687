{#
  `expression` holds in every row; unknown (null) counts as a failure. Under a column, the column's name is put in front:
  `- expression_is_true: {arguments: {expression: '>= 0'}}`.
#}
{% test expression_is_true(model, expression, column_name=none) %}
select *
from {{ model }}
where ({{ column_name ~ ' ' if column_name is not none else '' }}{{ expression }}) is not true
{% endtest %}
