-- Something to look at; all of it is invented.

INSERT INTO countries (code, name, access_email) VALUES
    ('DK', 'Denmark', 'omd-dk@annalect-data.info'),
    ('SE', 'Sweden', NULL);

INSERT INTO clients (client_id, country_code, client_code, name, parent_code) VALUES
    (1, 'DK', 'C07', '365discount', NULL),
    (2, 'DK', 'C08', 'Byens Cykler', 'P1'),
    (3, 'DK', 'C09', 'Byens Ladcykler', 'P1'),
    (4, 'SE', 'S01', 'Nordic Foods', NULL);

INSERT INTO data_sources
    (data_source_id, client_id, platform, account_id, account_name, business_center_id, start_date, end_date, last_added_by, tags)
VALUES
    (1, 1, 'tiktok', '7455853043520561748', '365discount Brand', '7564000000000000003', '2025-01-01', NULL, 'Mette Holm', 'brand|retail'),
    (2, 1, 'tiktok', '7741374847771834170', '365discount Job', '7564000000000000003', '2026-02-01', '2026-12-31', 'Mette Holm', NULL),
    (3, 1, 'facebook', '1029384756', '365discount', NULL, NULL, NULL, NULL, NULL),
    (4, 2, 'tiktok', '7549306668364507495', 'Byens Cykler', NULL, NULL, NULL, NULL, NULL),
    (5, 3, 'tiktok', '7549306668364507495', 'Byens Cykler', NULL, NULL, NULL, NULL, NULL),
    (6, 4, 'tiktok', '7.52602E+18', 'Nordic Foods 01', '7564000000000000001', NULL, NULL, 'import', NULL);

INSERT INTO onboarding_requests (request_id, client_id, platform, account_id, requested_by, start_date) VALUES
    (1, 1, 'tiktok', '7651505561304451669', 'Jonas Friis', '2026-12-01'),
    (2, 4, 'snapchat', 'abc-1', 'Sara Lind', NULL);

INSERT INTO contacts (contact_id, country_code, client_id, email, name, language, role) VALUES
    (1, 'DK', 1, 'mette@365discount.example', 'Mette Holm', 'da', 'client'),
    (2, 'DK', NULL, 'owner-dk@agency.example', 'Bo Krag', NULL, 'owner'),
    (3, 'SE', 4, 'sara@nordicfoods.example', NULL, 'sv', 'client');

INSERT INTO exceptions (exception_id, client_id, account_id, business_center_id, reason, until) VALUES
    (1, 2, NULL, NULL, 'campaign paused until spring', '2027-03-31'),
    (2, NULL, '7741374847771834170', NULL, 'the client is asked by phone', '2026-12-15');
