-- The sites whose owner agreed that their CAPTCHAs are answered here. Without a row, a site is refused.

create table authorised_sites (
  id bigint generated always as identity primary key,
  -- A host in lower case (punycode), or "*." and a host for everything below it.
  pattern text not null constraint authorised_sites_pattern_unique unique
    check (length(pattern) between 1 and 255 and pattern = lower(pattern)),
  -- Who agreed, when, and where that is written down.
  consent text not null check (length(consent) between 1 and 1000),
  -- When not empty, only these site keys are answered.
  site_keys text[] not null default '{}',
  expires_at timestamptz,
  created_at timestamptz not null default now()
);
