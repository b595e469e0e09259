-- /api/order?no=GDC793TQ&key=OWBVWwER4iw6Rjr1a1IISg /api/order?no=JNCBC6L2&key=MGBpELDXSm0tEOczCjws_w /api/order?no=J6GRG3KT&key=V0fcvK9xjHotyroV3vIUzQ /api/order?no=4BHW4Z3T&key=tCHh3us-FdF4_hWe92Y0_A
BEGIN TRANSACTION;
CREATE TABLE counters (
        what TEXT PRIMARY KEY, stands INTEGER NOT NULL, until TEXT NOT NULL
    ) WITHOUT ROWID;
CREATE TABLE events (
        head INTEGER NOT NULL, seq INTEGER NOT NULL, kind TEXT NOT NULL, by TEXT NOT NULL,
        at TEXT NOT NULL, data TEXT NOT NULL, PRIMARY KEY (head, seq)
    ) WITHOUT ROWID;
INSERT INTO "events" VALUES(1,1,'submitted','resident','2026-11-25T23:24:14+08:00','{"service":"haircut","consent":true,"wording":"c4012c646e36","key":"7db517072066accbafa53909cc6fc6d0ac1c3f2605b44a0d88fc6d9d4f650fe4","source":"online"}');
INSERT INTO "events" VALUES(2,1,'submitted','resident','2026-11-25T23:24:14+08:00','{"service":"haircut","consent":true,"wording":"c4012c646e36","key":"9458f14b5e947f7805950e4ff0470e1b5667533396169acdf1ec005bf1ad6306","source":"online"}');
INSERT INTO "events" VALUES(3,1,'submitted','resident','2026-11-25T23:24:14+08:00','{"service":"haircut","consent":true,"wording":"c4012c646e36","key":"92d9d5bf9ce0b2af40dbb3e3f38393e8ed61f9c0fdedd47373e14b8a58c02920","source":"online"}');
INSERT INTO "events" VALUES(4,1,'submitted','resident','2026-11-25T23:24:14+08:00','{"service":"haircut","consent":true,"wording":"c4012c646e36","key":"959138b37ce47d6f1d8171ee490135867e34d2becd7735fdbc9c2e1b9c442bec","source":"online"}');
INSERT INTO "events" VALUES(5,1,'added','staff','2026-11-25T23:24:14+08:00','{}');
CREATE TABLE heads (
        id INTEGER PRIMARY KEY, no TEXT NOT NULL UNIQUE, kind TEXT NOT NULL,
        version INTEGER NOT NULL, state TEXT NOT NULL, begun TEXT NOT NULL, data TEXT NOT NULL,
        due TEXT NOT NULL, owner TEXT NOT NULL, marks TEXT NOT NULL
    );
INSERT INTO "heads" VALUES(1,'GDC793TQ','order',1,'submitted','2026-11-25T23:24:14+08:00','{"no":"GDC793TQ","version":1,"state":"submitted","service":"haircut","wording":"c4012c646e36","key":"7db517072066accbafa53909cc6fc6d0ac1c3f2605b44a0d88fc6d9d4f650fe4","source":"online","level":"","grid":"","due":"","team":"","answer_by":"","volunteer":"","paused_at":"","waits_until":"","published":"","solved":"","attitude":0,"skill":0,"timeliness":0,"problem":"","answer":"","rated_team":"","rated_volunteer":"","done_by":"","merged_into":"","filed_at":"2026-11-25T23:24:14+08:00","consulted_at":"","milestone_at":"","dispatched_at":"","accepted_at":"","done_at":"","rated_at":"","erased_at":"","changed_at":"2026-11-25T23:24:14+08:00"}','2026-11-26','','["service:haircut","month:2026-11","state:submitted"]');
INSERT INTO "heads" VALUES(2,'JNCBC6L2','order',1,'submitted','2026-11-25T23:24:14+08:00','{"no":"JNCBC6L2","version":1,"state":"submitted","service":"haircut","wording":"c4012c646e36","key":"9458f14b5e947f7805950e4ff0470e1b5667533396169acdf1ec005bf1ad6306","source":"online","level":"","grid":"","due":"","team":"","answer_by":"","volunteer":"","paused_at":"","waits_until":"","published":"","solved":"","attitude":0,"skill":0,"timeliness":0,"problem":"","answer":"","rated_team":"","rated_volunteer":"","done_by":"","merged_into":"","filed_at":"2026-11-25T23:24:14+08:00","consulted_at":"","milestone_at":"","dispatched_at":"","accepted_at":"","done_at":"","rated_at":"","erased_at":"","changed_at":"2026-11-25T23:24:14+08:00"}','2026-11-26','','["service:haircut","month:2026-11","state:submitted"]');
INSERT INTO "heads" VALUES(3,'J6GRG3KT','order',1,'submitted','2026-11-25T23:24:14+08:00','{"no":"J6GRG3KT","version":1,"state":"submitted","service":"haircut","wording":"c4012c646e36","key":"92d9d5bf9ce0b2af40dbb3e3f38393e8ed61f9c0fdedd47373e14b8a58c02920","source":"online","level":"","grid":"","due":"","team":"","answer_by":"","volunteer":"","paused_at":"","waits_until":"","published":"","solved":"","attitude":0,"skill":0,"timeliness":0,"problem":"","answer":"","rated_team":"","rated_volunteer":"","done_by":"","merged_into":"","filed_at":"2026-11-25T23:24:14+08:00","consulted_at":"","milestone_at":"","dispatched_at":"","accepted_at":"","done_at":"","rated_at":"","erased_at":"","changed_at":"2026-11-25T23:24:14+08:00"}','2026-11-26','','["service:haircut","month:2026-11","state:submitted"]');
INSERT INTO "heads" VALUES(4,'4BHW4Z3T','order',1,'submitted','2026-11-25T23:24:14+08:00','{"no":"4BHW4Z3T","version":1,"state":"submitted","service":"haircut","wording":"c4012c646e36","key":"959138b37ce47d6f1d8171ee490135867e34d2becd7735fdbc9c2e1b9c442bec","source":"online","level":"","grid":"","due":"","team":"","answer_by":"","volunteer":"","paused_at":"","waits_until":"","published":"","solved":"","attitude":0,"skill":0,"timeliness":0,"problem":"","answer":"","rated_team":"","rated_volunteer":"","done_by":"","merged_into":"","filed_at":"2026-11-25T23:24:14+08:00","consulted_at":"","milestone_at":"","dispatched_at":"","accepted_at":"","done_at":"","rated_at":"","erased_at":"","changed_at":"2026-11-25T23:24:14+08:00"}','2026-11-26','','["service:haircut","month:2026-11","state:submitted"]');
INSERT INTO "heads" VALUES(5,'staff:王芳','staff',1,'active','2026-11-25T23:24:14+08:00','{"name":"王芳","role":"staff","hash":"$argon2id$v=19$m=65536,t=3,p=4$vHfUdvHpq7uaKQozmN+xXg$OS3XWCQdcE8vUkte7Kd2JjdEdpQLxoJ4R2B2wSIGRGY"}','','','[]');
CREATE TABLE marks (
        kind TEXT NOT NULL, mark TEXT NOT NULL, begun TEXT NOT NULL, head INTEGER NOT NULL,
        PRIMARY KEY (kind, mark, begun, head)
    ) WITHOUT ROWID;
INSERT INTO "marks" VALUES('order','','2026-11-25T23:24:14+08:00',1);
INSERT INTO "marks" VALUES('order','','2026-11-25T23:24:14+08:00',2);
INSERT INTO "marks" VALUES('order','','2026-11-25T23:24:14+08:00',3);
INSERT INTO "marks" VALUES('order','','2026-11-25T23:24:14+08:00',4);
INSERT INTO "marks" VALUES('order','address:0cfd0b630ec15ee1520ed2769c692294','2026-11-25T23:24:14+08:00',4);
INSERT INTO "marks" VALUES('order','address:141e48409598b0ee7895465832f12eb3','2026-11-25T23:24:14+08:00',2);
INSERT INTO "marks" VALUES('order','address:41d1a0311eb5490f031c50b3bdb96d99','2026-11-25T23:24:14+08:00',1);
INSERT INTO "marks" VALUES('order','address:812a60c3d1665e671f1266533e1391ca','2026-11-25T23:24:14+08:00',3);
INSERT INTO "marks" VALUES('order','last4:3afad4fa9ffd6898b73325ae03279aab','2026-11-25T23:24:14+08:00',1);
INSERT INTO "marks" VALUES('order','last4:81401a2c102cf524f7b354c7285a80fe','2026-11-25T23:24:14+08:00',3);
INSERT INTO "marks" VALUES('order','last4:9a4b01b8500416bccf15a729b0c46b8e','2026-11-25T23:24:14+08:00',2);
INSERT INTO "marks" VALUES('order','last4:f29ffa98e70ffc16e3df56821b457440','2026-11-25T23:24:14+08:00',4);
INSERT INTO "marks" VALUES('order','month:2026-11','2026-11-25T23:24:14+08:00',1);
INSERT INTO "marks" VALUES('order','month:2026-11','2026-11-25T23:24:14+08:00',2);
INSERT INTO "marks" VALUES('order','month:2026-11','2026-11-25T23:24:14+08:00',3);
INSERT INTO "marks" VALUES('order','month:2026-11','2026-11-25T23:24:14+08:00',4);
INSERT INTO "marks" VALUES('order','phone:338fed8747da76777c464d266450e3d8','2026-11-25T23:24:14+08:00',1);
INSERT INTO "marks" VALUES('order','phone:8b77498cd73982c96afccff02c4a6529','2026-11-25T23:24:14+08:00',4);
INSERT INTO "marks" VALUES('order','phone:d3efb7307878e2280ad9edc7233b6b75','2026-11-25T23:24:14+08:00',3);
INSERT INTO "marks" VALUES('order','phone:efb53d58ea9282aa2fe2be2300a7cf49','2026-11-25T23:24:14+08:00',2);
INSERT INTO "marks" VALUES('order','service:haircut','2026-11-25T23:24:14+08:00',1);
INSERT INTO "marks" VALUES('order','service:haircut','2026-11-25T23:24:14+08:00',2);
INSERT INTO "marks" VALUES('order','service:haircut','2026-11-25T23:24:14+08:00',3);
INSERT INTO "marks" VALUES('order','service:haircut','2026-11-25T23:24:14+08:00',4);
INSERT INTO "marks" VALUES('order','state:submitted','2026-11-25T23:24:14+08:00',1);
INSERT INTO "marks" VALUES('order','state:submitted','2026-11-25T23:24:14+08:00',2);
INSERT INTO "marks" VALUES('order','state:submitted','2026-11-25T23:24:14+08:00',3);
INSERT INTO "marks" VALUES('order','state:submitted','2026-11-25T23:24:14+08:00',4);
INSERT INTO "marks" VALUES('staff','','2026-11-25T23:24:14+08:00',5);
CREATE TABLE messages (
        id TEXT PRIMARY KEY, receiver TEXT NOT NULL, text TEXT NOT NULL, state TEXT NOT NULL,
        tries INTEGER NOT NULL, next_at TEXT NOT NULL, error TEXT NOT NULL
    ) WITHOUT ROWID;
CREATE TABLE personal (
        head INTEGER NOT NULL, seq INTEGER NOT NULL, sealed BLOB NOT NULL, PRIMARY KEY (head, seq)
    ) WITHOUT ROWID;
INSERT INTO "personal" VALUES(1,1,X'C3044DF69FF1E3D286131B2F2398945D63C3C6B3F182317C8EC55D190863C0C365117365A74B23CDF3D8D5DF281B3B168F8611EE066FE7579BDA186E7E0C76ABF51B9BD4DAF096B8F6CC33F083ABCFF6D2AAB9D1F09E9C05739B4EC5E5F08CC719AB8D7F125730EC64BB75E063606CFEFD9757F972F13E9B1550C36E37B6D305A50E3CB2A8D6B42CC510FD');
INSERT INTO "personal" VALUES(2,1,X'7AD2262D78170111F83649C4DF54236BB6D85B1C0B68EA84A28A0D385670001D27B8648A14A2C9DFF77AEF6F120715F8C939C4E9C865ED9244835DB5244930FE6ED9B360941F450E3E72E0BE115AE41390C3690FED7C4A530967A1C3A2AEE64D9A7524429C3544EB8BFD897AC413F4A7890C8742204A0B8D3F348503A3CFA1482EB88F5D8F759DAD7C20FA');
INSERT INTO "personal" VALUES(3,1,X'CD2C8AA4B2E80BA2C34434D1B5B6D75639641D477F9744227C7F7396528AC1C38B8F24905FFF3EACA4986C7E703A1C9DC222582CFB05ABBF119FEA6E2C1FEE8E51E5D334CC43498236A3B029A519E834FCEB9FD93FE7CE3FC675B964DFC075D9213F0160EA2110725320334D33142E8EFB0D1173ED105ECFCB8B2F8C26449E013A70321DAA3B1953304FEF');
INSERT INTO "personal" VALUES(4,1,X'0FDDC201BC16CB1CD3BD1BB3A7AC10D781F5675A5016E08557C3545D7A343A4044C600F24123C08BBFBD76143B313F376B30707470AE214D836C2E3DB8B185E195738D1437565C29CCE1A3E09F109D7499CE8B0166B82CEAD9D2674384507453FC5945AB3B41926EE7869FB848B8D9A1287563597A50CC3B1891DBD8FF98A1A0020E8EBB50CCCE8928219D');
CREATE TABLE submissions (once TEXT PRIMARY KEY, head INTEGER NOT NULL) WITHOUT ROWID;
INSERT INTO "submissions" VALUES('62618e21612f9445765b562e1adfdf37309b91dcc26a904630bc6e84e14aa3de',1);
INSERT INTO "submissions" VALUES('1b80fa2b35f12d001cff437f43ef595378cdb3726d9c6ba3fa7eb0fda1268838',2);
INSERT INTO "submissions" VALUES('fa477f7c049d5b082ade4ac19df560eaaa29587a689df7c0a0e8ee065f250e2c',3);
INSERT INTO "submissions" VALUES('1a86b95d978f768b8c0fe932ebf2337643862fbbea8d48d8d273a19cccd575ec',4);
CREATE TABLE tallies (
        month TEXT NOT NULL, name TEXT NOT NULL, stands INTEGER NOT NULL, PRIMARY KEY (month, name)
    ) WITHOUT ROWID;
INSERT INTO "tallies" VALUES('','all submitted',4);
INSERT INTO "tallies" VALUES('2026-11','all wishes',4);
INSERT INTO "tallies" VALUES('2026-11','service:haircut wishes',4);
CREATE TABLE traces (
        head INTEGER NOT NULL, mark TEXT NOT NULL, PRIMARY KEY (head, mark)
    ) WITHOUT ROWID;
INSERT INTO "traces" VALUES(1,'address:41d1a0311eb5490f031c50b3bdb96d99');
INSERT INTO "traces" VALUES(1,'last4:3afad4fa9ffd6898b73325ae03279aab');
INSERT INTO "traces" VALUES(1,'phone:338fed8747da76777c464d266450e3d8');
INSERT INTO "traces" VALUES(2,'address:141e48409598b0ee7895465832f12eb3');
INSERT INTO "traces" VALUES(2,'last4:9a4b01b8500416bccf15a729b0c46b8e');
INSERT INTO "traces" VALUES(2,'phone:efb53d58ea9282aa2fe2be2300a7cf49');
INSERT INTO "traces" VALUES(3,'address:812a60c3d1665e671f1266533e1391ca');
INSERT INTO "traces" VALUES(3,'last4:81401a2c102cf524f7b354c7285a80fe');
INSERT INTO "traces" VALUES(3,'phone:d3efb7307878e2280ad9edc7233b6b75');
INSERT INTO "traces" VALUES(4,'address:0cfd0b630ec15ee1520ed2769c692294');
INSERT INTO "traces" VALUES(4,'last4:f29ffa98e70ffc16e3df56821b457440');
INSERT INTO "traces" VALUES(4,'phone:8b77498cd73982c96afccff02c4a6529');
CREATE INDEX messages_by_turn ON messages (state, next_at);
CREATE INDEX heads_by_due ON heads (kind, state, due, id);
CREATE INDEX heads_by_owner ON heads (kind, state, owner, due, id) WHERE owner != '';
CREATE INDEX submissions_by_head ON submissions (head);
COMMIT;
PRAGMA user_version = 5;
