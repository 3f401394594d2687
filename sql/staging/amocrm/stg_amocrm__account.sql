with

accounts as (

    select * from {{ source('amocrm', 'account') }}

),

final as (

    select
        account_id,
        payload ->> 'name' as name,
        payload ->> 'subdomain' as subdomain,
        substring(payload #>> '{_links,self,href}' from '^https?://[^/]+') as self_url,
        payload ->> 'country' as country,
        payload ->> 'currency' as currency,
        payload #>> '{_embedded,datetime_settings,timezone}' as time_zone,
        loaded_xid
    from accounts

)

select * from final
