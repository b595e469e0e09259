-- /api/order?no=QV7MJV6L&key=P9YdAOdfNgQNv62Nf_qv-A /api/order?no=CKPJ7VW5&key=TXDKvkmVbRxxogEYadKoNA /api/order?no=46BBFBYD&key=JmONTi2YGPZRUHmRL9lQnQ /api/order?no=FFG5FXXD&key=75VCo6kuO5qerSRlLomUsw
BEGIN TRANSACTION;
CREATE TABLE counters (
        what TEXT PRIMARY KEY, stands INTEGER NOT NULL, until TEXT NOT NULL
    ) WITHOUT ROWID;
CREATE TABLE events (
        no TEXT NOT NULL, seq INTEGER NOT NULL, kind TEXT NOT NULL, by TEXT NOT NULL,
        at TEXT NOT NULL, data TEXT NOT NULL, PRIMARY KEY (no, seq)
    ) WITHOUT ROWID;
INSERT INTO "events" VALUES('46BBFBYD',1,'submitted','resident','2026-11-25T23:24:12+08:00','{"service":"haircut","consent":true,"wording":"404d7d4e0531","key":"adc771cfedd8aa8c29fd96564e1cd93b870a1bb7410bc15c67ec2db2d737c6c2","source":"online"}');
INSERT INTO "events" VALUES('CKPJ7VW5',1,'submitted','resident','2026-11-25T23:24:12+08:00','{"service":"haircut","consent":true,"wording":"404d7d4e0531","key":"ee82d4dfff3f5088402f567af7cc6245f1538fd785b3b957b649a0a6f8618a78","source":"online"}');
INSERT INTO "events" VALUES('FFG5FXXD',1,'submitted','resident','2026-11-25T23:24:12+08:00','{"service":"haircut","consent":true,"wording":"404d7d4e0531","key":"6bfa6d7cac1f6300502dab588920c77dbfc0b04736f8c5a093395a0c924bcd57","source":"online"}');
INSERT INTO "events" VALUES('QV7MJV6L',1,'submitted','resident','2026-11-25T23:24:12+08:00','{"service":"haircut","consent":true,"wording":"404d7d4e0531","key":"cba13df51ec64803e04c778025b2b06bbf922044b4f41d1e5362bdab7bcdb5b9","source":"online"}');
INSERT INTO "events" VALUES('staff:王芳',1,'added','staff','2026-11-25T23:24:13+08:00','{}');
CREATE TABLE heads (
        no TEXT PRIMARY KEY, kind TEXT NOT NULL, version INTEGER NOT NULL, state TEXT NOT NULL,
        begun TEXT NOT NULL, data TEXT NOT NULL
    , due TEXT NOT NULL DEFAULT '', owner TEXT NOT NULL DEFAULT '', marks TEXT NOT NULL DEFAULT '[]') WITHOUT ROWID;
INSERT INTO "heads" VALUES('46BBFBYD','order',1,'submitted','2026-11-25T23:24:12+08:00','{"no":"46BBFBYD","version":1,"state":"submitted","service":"haircut","wording":"404d7d4e0531","key":"adc771cfedd8aa8c29fd96564e1cd93b870a1bb7410bc15c67ec2db2d737c6c2","source":"online","level":"","grid":"","due":"","team":"","answer_by":"","volunteer":"","paused_at":"","waits_until":"","published":"","solved":"","attitude":0,"skill":0,"timeliness":0,"problem":"","answer":"","rated_team":"","rated_volunteer":"","done_by":"","merged_into":"","filed_at":"2026-11-25T23:24:12+08:00","consulted_at":"","milestone_at":"","dispatched_at":"","accepted_at":"","done_at":"","rated_at":"","erased_at":"","changed_at":"2026-11-25T23:24:12+08:00"}','2026-11-26','','["service:haircut","month:2026-11","state:submitted"]');
INSERT INTO "heads" VALUES('CKPJ7VW5','order',1,'submitted','2026-11-25T23:24:12+08:00','{"no":"CKPJ7VW5","version":1,"state":"submitted","service":"haircut","wording":"404d7d4e0531","key":"ee82d4dfff3f5088402f567af7cc6245f1538fd785b3b957b649a0a6f8618a78","source":"online","level":"","grid":"","due":"","team":"","answer_by":"","volunteer":"","paused_at":"","waits_until":"","published":"","solved":"","attitude":0,"skill":0,"timeliness":0,"problem":"","answer":"","rated_team":"","rated_volunteer":"","done_by":"","merged_into":"","filed_at":"2026-11-25T23:24:12+08:00","consulted_at":"","milestone_at":"","dispatched_at":"","accepted_at":"","done_at":"","rated_at":"","erased_at":"","changed_at":"2026-11-25T23:24:12+08:00"}','2026-11-26','','["service:haircut","month:2026-11","state:submitted"]');
INSERT INTO "heads" VALUES('FFG5FXXD','order',1,'submitted','2026-11-25T23:24:12+08:00','{"no":"FFG5FXXD","version":1,"state":"submitted","service":"haircut","wording":"404d7d4e0531","key":"6bfa6d7cac1f6300502dab588920c77dbfc0b04736f8c5a093395a0c924bcd57","source":"online","level":"","grid":"","due":"","team":"","answer_by":"","volunteer":"","paused_at":"","waits_until":"","published":"","solved":"","attitude":0,"skill":0,"timeliness":0,"problem":"","answer":"","rated_team":"","rated_volunteer":"","done_by":"","merged_into":"","filed_at":"2026-11-25T23:24:12+08:00","consulted_at":"","milestone_at":"","dispatched_at":"","accepted_at":"","done_at":"","rated_at":"","erased_at":"","changed_at":"2026-11-25T23:24:12+08:00"}','2026-11-26','','["service:haircut","month:2026-11","state:submitted"]');
INSERT INTO "heads" VALUES('QV7MJV6L','order',1,'submitted','2026-11-25T23:24:12+08:00','{"no":"QV7MJV6L","version":1,"state":"submitted","service":"haircut","wording":"404d7d4e0531","key":"cba13df51ec64803e04c778025b2b06bbf922044b4f41d1e5362bdab7bcdb5b9","source":"online","level":"","grid":"","due":"","team":"","answer_by":"","volunteer":"","paused_at":"","waits_until":"","published":"","solved":"","attitude":0,"skill":0,"timeliness":0,"problem":"","answer":"","rated_team":"","rated_volunteer":"","done_by":"","merged_into":"","filed_at":"2026-11-25T23:24:12+08:00","consulted_at":"","milestone_at":"","dispatched_at":"","accepted_at":"","done_at":"","rated_at":"","erased_at":"","changed_at":"2026-11-25T23:24:12+08:00"}','2026-11-26','','["service:haircut","month:2026-11","state:submitted"]');
INSERT INTO "heads" VALUES('staff:王芳','staff',1,'active','2026-11-25T23:24:12+08:00','{"name":"王芳","role":"staff","hash":"$argon2id$v=19$m=65536,t=3,p=4$Pwavl1Nlp6e6YsRGLIUFZw$LM5Ya4LsQybhJh8XW2p9XNXtVfpG3syB1ggFul8A7lU"}','','','[]');
CREATE TABLE marks (
        kind TEXT NOT NULL, mark TEXT NOT NULL, begun TEXT NOT NULL, no TEXT NOT NULL,
        trace INTEGER NOT NULL, PRIMARY KEY (kind, mark, begun, no)
    ) WITHOUT ROWID;
INSERT INTO "marks" VALUES('order','','2026-11-25T23:24:12+08:00','46BBFBYD',0);
INSERT INTO "marks" VALUES('order','','2026-11-25T23:24:12+08:00','CKPJ7VW5',0);
INSERT INTO "marks" VALUES('order','','2026-11-25T23:24:12+08:00','FFG5FXXD',0);
INSERT INTO "marks" VALUES('order','','2026-11-25T23:24:12+08:00','QV7MJV6L',0);
INSERT INTO "marks" VALUES('order','address:0cfd0b630ec15ee1520ed2769c692294','2026-11-25T23:24:12+08:00','FFG5FXXD',1);
INSERT INTO "marks" VALUES('order','address:141e48409598b0ee7895465832f12eb3','2026-11-25T23:24:12+08:00','CKPJ7VW5',1);
INSERT INTO "marks" VALUES('order','address:41d1a0311eb5490f031c50b3bdb96d99','2026-11-25T23:24:12+08:00','QV7MJV6L',1);
INSERT INTO "marks" VALUES('order','address:812a60c3d1665e671f1266533e1391ca','2026-11-25T23:24:12+08:00','46BBFBYD',1);
INSERT INTO "marks" VALUES('order','last4:3afad4fa9ffd6898b73325ae03279aab','2026-11-25T23:24:12+08:00','QV7MJV6L',1);
INSERT INTO "marks" VALUES('order','last4:81401a2c102cf524f7b354c7285a80fe','2026-11-25T23:24:12+08:00','46BBFBYD',1);
INSERT INTO "marks" VALUES('order','last4:9a4b01b8500416bccf15a729b0c46b8e','2026-11-25T23:24:12+08:00','CKPJ7VW5',1);
INSERT INTO "marks" VALUES('order','last4:f29ffa98e70ffc16e3df56821b457440','2026-11-25T23:24:12+08:00','FFG5FXXD',1);
INSERT INTO "marks" VALUES('order','month:2026-11','2026-11-25T23:24:12+08:00','46BBFBYD',0);
INSERT INTO "marks" VALUES('order','month:2026-11','2026-11-25T23:24:12+08:00','CKPJ7VW5',0);
INSERT INTO "marks" VALUES('order','month:2026-11','2026-11-25T23:24:12+08:00','FFG5FXXD',0);
INSERT INTO "marks" VALUES('order','month:2026-11','2026-11-25T23:24:12+08:00','QV7MJV6L',0);
INSERT INTO "marks" VALUES('order','phone:338fed8747da76777c464d266450e3d8','2026-11-25T23:24:12+08:00','QV7MJV6L',1);
INSERT INTO "marks" VALUES('order','phone:8b77498cd73982c96afccff02c4a6529','2026-11-25T23:24:12+08:00','FFG5FXXD',1);
INSERT INTO "marks" VALUES('order','phone:d3efb7307878e2280ad9edc7233b6b75','2026-11-25T23:24:12+08:00','46BBFBYD',1);
INSERT INTO "marks" VALUES('order','phone:efb53d58ea9282aa2fe2be2300a7cf49','2026-11-25T23:24:12+08:00','CKPJ7VW5',1);
INSERT INTO "marks" VALUES('order','service:haircut','2026-11-25T23:24:12+08:00','46BBFBYD',0);
INSERT INTO "marks" VALUES('order','service:haircut','2026-11-25T23:24:12+08:00','CKPJ7VW5',0);
INSERT INTO "marks" VALUES('order','service:haircut','2026-11-25T23:24:12+08:00','FFG5FXXD',0);
INSERT INTO "marks" VALUES('order','service:haircut','2026-11-25T23:24:12+08:00','QV7MJV6L',0);
INSERT INTO "marks" VALUES('order','state:submitted','2026-11-25T23:24:12+08:00','46BBFBYD',0);
INSERT INTO "marks" VALUES('order','state:submitted','2026-11-25T23:24:12+08:00','CKPJ7VW5',0);
INSERT INTO "marks" VALUES('order','state:submitted','2026-11-25T23:24:12+08:00','FFG5FXXD',0);
INSERT INTO "marks" VALUES('order','state:submitted','2026-11-25T23:24:12+08:00','QV7MJV6L',0);
INSERT INTO "marks" VALUES('staff','','2026-11-25T23:24:12+08:00','staff:王芳',0);
CREATE TABLE messages (
        id TEXT PRIMARY KEY, receiver TEXT NOT NULL, text TEXT NOT NULL, state TEXT NOT NULL,
        tries INTEGER NOT NULL, next_at TEXT NOT NULL, error TEXT NOT NULL
    ) WITHOUT ROWID;
CREATE TABLE personal (
        no TEXT NOT NULL, seq INTEGER NOT NULL, sealed BLOB NOT NULL, PRIMARY KEY (no, seq)
    ) WITHOUT ROWID;
INSERT INTO "personal" VALUES('46BBFBYD',1,X'DEC3163999A6A445DF68A15D1AB72B86481642E46C1BFE6F3DDAD2CD96B96941B3CF71ACD096EED58A04D42FA7830BCD0E2914E1CCE4CFD00081E02E3ADF7EF7C3DB198725A978D97C705891EEDB2220A98373E3E3E147EB45085C6CFBA0819A74FAC75465C30B5C8A84ADD6D881C7B92A5979193F32285626B8E7CDCEED67BEBDEEA13243065ECE2D61AF');
INSERT INTO "personal" VALUES('CKPJ7VW5',1,X'880EDDF7FBCA5727788055BF0314B924E2309AF46564A9A38B6D2F3829F99439149348F713213016BC32CEF304CAB497E85F844F42EA1BF5FC7EFCFA7173DABEA4502E0C22328A063C97DAF392E6402D59615AAA14C0732C5AFCA39CCADDFEF12D9486F2A3BAB143A42B1DC5ABC8EC32B66A9F33CDAEC19785CB16FFA18B68247650B61EF88DEA5C40862B');
INSERT INTO "personal" VALUES('FFG5FXXD',1,X'0B432716762181CAE391D611D159A7825C707316214F30B7E30013812D7043E73DA794D032D0CAF2C28AAB6748BD6EEC2C879BD285D063613B4D8D371A6129402335A4394C2709CCAF740C0B0CC4DDCA19E05196772BE0ADF4765F5CC66C423605051A69489ED26808C524F4B5E1CDBDC0DA295D4971D02A2972F9260B8DBA4C72379D990CDF8A78DC4672');
INSERT INTO "personal" VALUES('QV7MJV6L',1,X'7E47F9F43A529CE38C92F698B0F7A470A41E78F5E5E6FFB9C71CAF7416CF69F8E4777D0189E40203F2A9748188B7337706CC728A33B12422F2714590DE70C35C93861BF80C9B0EC1D5D07D8AB1EDB94391271322D7F640B7FD839369E37CD622A8D739FB8815D027C22407CEB8BBB71EABBD22626B660E76ED4180DE56019F25C15F636683724D6A209FF0');
CREATE TABLE submissions (once TEXT PRIMARY KEY, no TEXT NOT NULL) WITHOUT ROWID;
INSERT INTO "submissions" VALUES('fa477f7c049d5b082ade4ac19df560eaaa29587a689df7c0a0e8ee065f250e2c','46BBFBYD');
INSERT INTO "submissions" VALUES('1b80fa2b35f12d001cff437f43ef595378cdb3726d9c6ba3fa7eb0fda1268838','CKPJ7VW5');
INSERT INTO "submissions" VALUES('1a86b95d978f768b8c0fe932ebf2337643862fbbea8d48d8d273a19cccd575ec','FFG5FXXD');
INSERT INTO "submissions" VALUES('62618e21612f9445765b562e1adfdf37309b91dcc26a904630bc6e84e14aa3de','QV7MJV6L');
CREATE TABLE tallies (
        month TEXT NOT NULL, name TEXT NOT NULL, stands INTEGER NOT NULL, PRIMARY KEY (month, name)
    ) WITHOUT ROWID;
INSERT INTO "tallies" VALUES('','all submitted',4);
INSERT INTO "tallies" VALUES('2026-11','all wishes',4);
INSERT INTO "tallies" VALUES('2026-11','service:haircut wishes',4);
CREATE INDEX heads_by_due ON heads (kind, state, due, no);
CREATE INDEX heads_by_owner ON heads (kind, state, owner, due, no);
CREATE INDEX traces ON marks (no) WHERE trace;
CREATE INDEX messages_by_turn ON messages (state, next_at);
CREATE INDEX submissions_by_no ON submissions (no);
COMMIT;
PRAGMA user_version = 3;
