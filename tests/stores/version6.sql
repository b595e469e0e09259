-- /api/order?no=R3BC5Y77&key=LWWCBLDWODfO8cuzwlFEcQ /api/order?no=LT8QSW3R&key=KEZpTf16iOcjqWTEulCE4Q /api/order?no=QH79J89G&key=FNbmeOvMXFCcySmDFsy5GQ /api/order?no=FGT2Y5MZ&key=igUFpx1__P0sgT_f3ZDTVQ
BEGIN TRANSACTION;
CREATE TABLE counters (
        what TEXT PRIMARY KEY, stands INTEGER NOT NULL, until TEXT NOT NULL
    ) WITHOUT ROWID;
CREATE TABLE events (
        head INTEGER NOT NULL, seq INTEGER NOT NULL, kind TEXT NOT NULL, by TEXT NOT NULL,
        at TEXT NOT NULL, data TEXT NOT NULL, PRIMARY KEY (head, seq)
    ) WITHOUT ROWID;
INSERT INTO "events" VALUES(1,1,'submitted','resident','2026-11-20T10:00:00+08:00','{"service":"haircut","consent":true,"wording":"e00edd8c7361","key":"6c7d378133bdfcad07b01309a0233a92ee4235fd2df34dc63ed2c63ae726940c","source":"online"}');
INSERT INTO "events" VALUES(2,1,'submitted','resident','2026-11-20T10:00:00+08:00','{"service":"haircut","consent":true,"wording":"e00edd8c7361","key":"62c1b2fd396b4313c8ccbb7ce567d41123925aad7768fc41d824aac6be00299b","source":"online"}');
INSERT INTO "events" VALUES(3,1,'submitted','resident','2026-11-20T10:00:00+08:00','{"service":"haircut","consent":true,"wording":"e00edd8c7361","key":"890a5ef9ac4282084be845785b5a721de2f84e8877e9d23c8f8178799d8fe692","source":"online"}');
INSERT INTO "events" VALUES(4,1,'submitted','resident','2026-11-20T10:00:00+08:00','{"service":"haircut","consent":true,"wording":"e00edd8c7361","key":"0759df8a624c6f945d9b772d7c35e9c9fa9732fa422329e58df8e45a5f92fecf","source":"online"}');
INSERT INTO "events" VALUES(5,1,'added','staff','2026-11-20T10:00:00+08:00','{}');
CREATE TABLE facts (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
INSERT INTO "facts" VALUES('secret','02dfb8e603ed95545723c193bb91c2ba');
CREATE TABLE heads (
        id INTEGER PRIMARY KEY, no TEXT NOT NULL UNIQUE, kind TEXT NOT NULL,
        version INTEGER NOT NULL, state TEXT NOT NULL, begun TEXT NOT NULL, data TEXT NOT NULL,
        due TEXT NOT NULL, owner TEXT NOT NULL, marks TEXT NOT NULL
    );
INSERT INTO "heads" VALUES(1,'R3BC5Y77','order',1,'submitted','2026-11-20T10:00:00+08:00','{"no":"R3BC5Y77","version":1,"state":"submitted","service":"haircut","wording":"e00edd8c7361","key":"6c7d378133bdfcad07b01309a0233a92ee4235fd2df34dc63ed2c63ae726940c","source":"online","level":"","grid":"","due":"","team":"","answer_by":"","volunteer":"","paused_at":"","waits_until":"","published":"","solved":"","attitude":0,"skill":0,"timeliness":0,"problem":"","answer":"","rated_team":"","rated_volunteer":"","done_by":"","merged_into":"","filed_at":"2026-11-20T10:00:00+08:00","consulted_at":"","milestone_at":"","dispatched_at":"","accepted_at":"","done_at":"","rated_at":"","erased_at":"","changed_at":"2026-11-20T10:00:00+08:00"}','2026-11-23','','["service:haircut","month:2026-11","state:submitted"]');
INSERT INTO "heads" VALUES(2,'LT8QSW3R','order',1,'submitted','2026-11-20T10:00:00+08:00','{"no":"LT8QSW3R","version":1,"state":"submitted","service":"haircut","wording":"e00edd8c7361","key":"62c1b2fd396b4313c8ccbb7ce567d41123925aad7768fc41d824aac6be00299b","source":"online","level":"","grid":"","due":"","team":"","answer_by":"","volunteer":"","paused_at":"","waits_until":"","published":"","solved":"","attitude":0,"skill":0,"timeliness":0,"problem":"","answer":"","rated_team":"","rated_volunteer":"","done_by":"","merged_into":"","filed_at":"2026-11-20T10:00:00+08:00","consulted_at":"","milestone_at":"","dispatched_at":"","accepted_at":"","done_at":"","rated_at":"","erased_at":"","changed_at":"2026-11-20T10:00:00+08:00"}','2026-11-23','','["service:haircut","month:2026-11","state:submitted"]');
INSERT INTO "heads" VALUES(3,'QH79J89G','order',1,'submitted','2026-11-20T10:00:00+08:00','{"no":"QH79J89G","version":1,"state":"submitted","service":"haircut","wording":"e00edd8c7361","key":"890a5ef9ac4282084be845785b5a721de2f84e8877e9d23c8f8178799d8fe692","source":"online","level":"","grid":"","due":"","team":"","answer_by":"","volunteer":"","paused_at":"","waits_until":"","published":"","solved":"","attitude":0,"skill":0,"timeliness":0,"problem":"","answer":"","rated_team":"","rated_volunteer":"","done_by":"","merged_into":"","filed_at":"2026-11-20T10:00:00+08:00","consulted_at":"","milestone_at":"","dispatched_at":"","accepted_at":"","done_at":"","rated_at":"","erased_at":"","changed_at":"2026-11-20T10:00:00+08:00"}','2026-11-23','','["service:haircut","month:2026-11","state:submitted"]');
INSERT INTO "heads" VALUES(4,'FGT2Y5MZ','order',1,'submitted','2026-11-20T10:00:00+08:00','{"no":"FGT2Y5MZ","version":1,"state":"submitted","service":"haircut","wording":"e00edd8c7361","key":"0759df8a624c6f945d9b772d7c35e9c9fa9732fa422329e58df8e45a5f92fecf","source":"online","level":"","grid":"","due":"","team":"","answer_by":"","volunteer":"","paused_at":"","waits_until":"","published":"","solved":"","attitude":0,"skill":0,"timeliness":0,"problem":"","answer":"","rated_team":"","rated_volunteer":"","done_by":"","merged_into":"","filed_at":"2026-11-20T10:00:00+08:00","consulted_at":"","milestone_at":"","dispatched_at":"","accepted_at":"","done_at":"","rated_at":"","erased_at":"","changed_at":"2026-11-20T10:00:00+08:00"}','2026-11-23','','["service:haircut","month:2026-11","state:submitted"]');
INSERT INTO "heads" VALUES(5,'staff:王芳','staff',1,'active','2026-11-20T10:00:00+08:00','{"name":"王芳","role":"staff","hash":"$argon2id$v=19$m=65536,t=3,p=4$zc4cwdwpUkD2b9OXeEiX7w$0/onIXoAnLZSSiU1RCaY1LFT5TK6UoivMyKxdmvh6NM"}','','','[]');
CREATE TABLE marks (
        kind TEXT NOT NULL, mark TEXT NOT NULL, begun TEXT NOT NULL, head INTEGER NOT NULL,
        PRIMARY KEY (kind, mark, begun, head)
    ) WITHOUT ROWID;
INSERT INTO "marks" VALUES('order','','2026-11-20T10:00:00+08:00',1);
INSERT INTO "marks" VALUES('order','','2026-11-20T10:00:00+08:00',2);
INSERT INTO "marks" VALUES('order','','2026-11-20T10:00:00+08:00',3);
INSERT INTO "marks" VALUES('order','','2026-11-20T10:00:00+08:00',4);
INSERT INTO "marks" VALUES('order','address:82cf3ff58f04272e038699cd6100f12a','2026-11-20T10:00:00+08:00',1);
INSERT INTO "marks" VALUES('order','address:82cf3ff58f04272e038699cd6100f12a','2026-11-20T10:00:00+08:00',2);
INSERT INTO "marks" VALUES('order','address:82cf3ff58f04272e038699cd6100f12a','2026-11-20T10:00:00+08:00',3);
INSERT INTO "marks" VALUES('order','address:82cf3ff58f04272e038699cd6100f12a','2026-11-20T10:00:00+08:00',4);
INSERT INTO "marks" VALUES('order','last4:3afad4fa9ffd6898b73325ae03279aab','2026-11-20T10:00:00+08:00',1);
INSERT INTO "marks" VALUES('order','last4:81401a2c102cf524f7b354c7285a80fe','2026-11-20T10:00:00+08:00',3);
INSERT INTO "marks" VALUES('order','last4:9a4b01b8500416bccf15a729b0c46b8e','2026-11-20T10:00:00+08:00',2);
INSERT INTO "marks" VALUES('order','last4:f29ffa98e70ffc16e3df56821b457440','2026-11-20T10:00:00+08:00',4);
INSERT INTO "marks" VALUES('order','month:2026-11','2026-11-20T10:00:00+08:00',1);
INSERT INTO "marks" VALUES('order','month:2026-11','2026-11-20T10:00:00+08:00',2);
INSERT INTO "marks" VALUES('order','month:2026-11','2026-11-20T10:00:00+08:00',3);
INSERT INTO "marks" VALUES('order','month:2026-11','2026-11-20T10:00:00+08:00',4);
INSERT INTO "marks" VALUES('order','phone:338fed8747da76777c464d266450e3d8','2026-11-20T10:00:00+08:00',1);
INSERT INTO "marks" VALUES('order','phone:8b77498cd73982c96afccff02c4a6529','2026-11-20T10:00:00+08:00',4);
INSERT INTO "marks" VALUES('order','phone:d3efb7307878e2280ad9edc7233b6b75','2026-11-20T10:00:00+08:00',3);
INSERT INTO "marks" VALUES('order','phone:efb53d58ea9282aa2fe2be2300a7cf49','2026-11-20T10:00:00+08:00',2);
INSERT INTO "marks" VALUES('order','service:haircut','2026-11-20T10:00:00+08:00',1);
INSERT INTO "marks" VALUES('order','service:haircut','2026-11-20T10:00:00+08:00',2);
INSERT INTO "marks" VALUES('order','service:haircut','2026-11-20T10:00:00+08:00',3);
INSERT INTO "marks" VALUES('order','service:haircut','2026-11-20T10:00:00+08:00',4);
INSERT INTO "marks" VALUES('order','state:submitted','2026-11-20T10:00:00+08:00',1);
INSERT INTO "marks" VALUES('order','state:submitted','2026-11-20T10:00:00+08:00',2);
INSERT INTO "marks" VALUES('order','state:submitted','2026-11-20T10:00:00+08:00',3);
INSERT INTO "marks" VALUES('order','state:submitted','2026-11-20T10:00:00+08:00',4);
INSERT INTO "marks" VALUES('staff','','2026-11-20T10:00:00+08:00',5);
CREATE TABLE messages (
        id TEXT PRIMARY KEY, receiver TEXT NOT NULL, text TEXT NOT NULL, state TEXT NOT NULL,
        tries INTEGER NOT NULL, next_at TEXT NOT NULL, error TEXT NOT NULL
    ) WITHOUT ROWID;
CREATE TABLE personal (
        head INTEGER NOT NULL, seq INTEGER NOT NULL, sealed BLOB NOT NULL, PRIMARY KEY (head, seq)
    ) WITHOUT ROWID;
INSERT INTO "personal" VALUES(1,1,X'67AA98714A3A35761D3AEC65D56A9AE4D3CF42AF1239A55346338BF5CE7DAB063AE2B9EC10D36D166E4E1AAF16A904B73B8887D457E92F5D02682A53D7A47B4799DC5FF17E94E8EFFDB473AC95963A4CBC9FFDD7824F1AF33DE82C0CBC13DF7F6370E126A199AD20C6A917DEE830F492CF2F3DF4F01A591BC46C4D4E798A18C1E298F53D06B98147');
INSERT INTO "personal" VALUES(2,1,X'CB234C2AD6BF7EC5FD44BE0FF8C2BA3F3270B05CC4EFAD565AE64108694B68988AD1E14D3BFA1FD993059C5A1B816014EBC328DFC504EB2CDF708B4597043B496CF2FBA72A00F46278572495D67F739BF04E8DDE8571406A963443E7BE3DBBB58F7CB7880621DA98E24142F34532DD0EEA0434FD2560033728459E0AA632790C217AA5CF1B95FDDF');
INSERT INTO "personal" VALUES(3,1,X'E68D2A87F5C9D998D5BA0F6FAC34BC02E82CC1CFCF4BF3E4072EA88538D590A9FD9AD64607C1CAC2B6A7FD55BF14DC00A0752181C0252A1105A7C9127DBC19D79CA2CCC2F047BCAB3451AF622F278336D23DF4F65990B1958144D3363ED95E0A359294B270F0C88DC038E00E139233193ACA59FE7E16161CA718377F8748C05ADF16439A1F2276B9');
INSERT INTO "personal" VALUES(4,1,X'5B87C76C693A3A232214B980DC821A5B92BF8DEF127DC7DB36AFE0D47A3B3A4B575424DF56B69B1BADA8080AE74F2ABF454017DBB2AF4FD751DA4C401A78FBE274F945E39ED15313AB65178A48CA37DAA028794C0C08D83139C1B878847EEAB91FE20C63CB76B0DC16B976481C7A0E4A3317DCF5804BA47D160FF7ACAB804D62B34361215A1541E0');
CREATE TABLE submissions (once TEXT PRIMARY KEY, head INTEGER NOT NULL) WITHOUT ROWID;
INSERT INTO "submissions" VALUES('667e3e545b75d9a6b1c6f96a9d127c201eed1c68ffef1fc93211495a4f71f3bd',1);
INSERT INTO "submissions" VALUES('0e519f177997f24b0f8a58ff9c2b0c01d796b3433cda699fb78db91d05620ef5',2);
INSERT INTO "submissions" VALUES('239fd90e010ec36233ac58ea7a4d5a827746154b5cc2f9f4fd6484b243922029',3);
INSERT INTO "submissions" VALUES('b7b15edd2b6bbca0acd78cb71c8644937d3b629db3cf35698a28efed7be00aec',4);
CREATE TABLE tallies (
        month TEXT NOT NULL, name TEXT NOT NULL, stands INTEGER NOT NULL, PRIMARY KEY (month, name)
    ) WITHOUT ROWID;
INSERT INTO "tallies" VALUES('','all submitted',4);
INSERT INTO "tallies" VALUES('2026-11','all wishes',4);
INSERT INTO "tallies" VALUES('2026-11','service:haircut wishes',4);
CREATE TABLE traces (
        head INTEGER NOT NULL, mark TEXT NOT NULL, PRIMARY KEY (head, mark)
    ) WITHOUT ROWID;
INSERT INTO "traces" VALUES(1,'address:82cf3ff58f04272e038699cd6100f12a');
INSERT INTO "traces" VALUES(1,'last4:3afad4fa9ffd6898b73325ae03279aab');
INSERT INTO "traces" VALUES(1,'phone:338fed8747da76777c464d266450e3d8');
INSERT INTO "traces" VALUES(2,'address:82cf3ff58f04272e038699cd6100f12a');
INSERT INTO "traces" VALUES(2,'last4:9a4b01b8500416bccf15a729b0c46b8e');
INSERT INTO "traces" VALUES(2,'phone:efb53d58ea9282aa2fe2be2300a7cf49');
INSERT INTO "traces" VALUES(3,'address:82cf3ff58f04272e038699cd6100f12a');
INSERT INTO "traces" VALUES(3,'last4:81401a2c102cf524f7b354c7285a80fe');
INSERT INTO "traces" VALUES(3,'phone:d3efb7307878e2280ad9edc7233b6b75');
INSERT INTO "traces" VALUES(4,'address:82cf3ff58f04272e038699cd6100f12a');
INSERT INTO "traces" VALUES(4,'last4:f29ffa98e70ffc16e3df56821b457440');
INSERT INTO "traces" VALUES(4,'phone:8b77498cd73982c96afccff02c4a6529');
CREATE INDEX messages_by_turn ON messages (state, next_at);
CREATE INDEX heads_by_due ON heads (kind, state, due, id);
CREATE INDEX heads_by_owner ON heads (kind, state, owner, due, id) WHERE owner != '';
CREATE INDEX submissions_by_head ON submissions (head);
COMMIT;
PRAGMA user_version = 6;
