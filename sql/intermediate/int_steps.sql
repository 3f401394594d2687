with

final as (

    select *
    from (
        values
            ('incoming', 0),
            ('new', 1),
            ('contacted', 2),
            ('qualified', 3),
            ('proposal', 4),
            ('meeting', 5),
            ('objection', 6),
            ('agreement', 7),
            ('won', 8),
            ('lost', 9)
    ) as steps (step, step_no)

)

select * from final
