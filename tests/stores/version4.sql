-- /api/order?no=Z9NLHY93&key=rnVEG6KsaobX9MjkbmSljQ /api/order?no=SC5SFBKX&key=zEvYi59NewleSmXm8ZEbwg /api/order?no=QTDC8ZDT&key=HPKK-zJqpYv7ASxkYuiFoA /api/order?no=BYW2TPMR&key=U5RVoc8f3_ZKBVXu5yZ5pQ
BEGIN TRANSACTION;
CREATE TABLE counters (
        what TEXT PRIMARY KEY, stands INTEGER NOT NULL, until TEXT NOT NULL
    ) WITHOUT ROWID;
CREATE TABLE events (
        no TEXT NOT NULL, seq INTEGER NOT NULL, kind TEXT NOT NULL, by TEXT NOT NULL,
        at TEXT NOT NULL, data TEXT NOT NULL, PRIMARY KEY (no, seq)
    );
INSERT INTO "events" VALUES('Z9NLHY93',1,'submitted','resident','2026-11-25T23:24:13+08:00','{"service":"haircut","consent":true,"wording":"c4012c646e36","key":"91d4958bd509e5b11cdd6063ad05f3a1db46e4956987f88bf2793b3a5e34c520","source":"online"}');
INSERT INTO "events" VALUES('SC5SFBKX',1,'submitted','resident','2026-11-25T23:24:13+08:00','{"service":"haircut","consent":true,"wording":"c4012c646e36","key":"776fa2e0b024e5c561c07cdf676d12ff95aee6fde8d426c88c168097281112f4","source":"online"}');
INSERT INTO "events" VALUES('QTDC8ZDT',1,'submitted','resident','2026-11-25T23:24:13+08:00','{"service":"haircut","consent":true,"wording":"c4012c646e36","key":"7aecfb2fbcf32eddf296955c360d0b79ca0987eebe23888764b821450518c6f1","source":"online"}');
INSERT INTO "events" VALUES('BYW2TPMR',1,'submitted','resident','2026-11-25T23:24:13+08:00','{"service":"haircut","consent":true,"wording":"c4012c646e36","key":"ad31253728c8144a937ab5ad0af8e0c05e47c20f7d305a17671522e58f3e87b4","source":"online"}');
INSERT INTO "events" VALUES('staff:王芳',1,'added','staff','2026-11-25T23:24:13+08:00','{}');
CREATE TABLE heads (
        no TEXT PRIMARY KEY, kind TEXT NOT NULL, version INTEGER NOT NULL, state TEXT NOT NULL,
        begun TEXT NOT NULL, data TEXT NOT NULL, due TEXT NOT NULL, owner TEXT NOT NULL,
        marks TEXT NOT NULL
    );
INSERT INTO "heads" VALUES('Z9NLHY93','order',1,'submitted','2026-11-25T23:24:13+08:00','{"no":"Z9NLHY93","version":1,"state":"submitted","service":"haircut","wording":"c4012c646e36","key":"91d4958bd509e5b11cdd6063ad05f3a1db46e4956987f88bf2793b3a5e34c520","source":"online","level":"","grid":"","due":"","team":"","answer_by":"","volunteer":"","paused_at":"","waits_until":"","published":"","solved":"","attitude":0,"skill":0,"timeliness":0,"problem":"","answer":"","rated_team":"","rated_volunteer":"","done_by":"","merged_into":"","filed_at":"2026-11-25T23:24:13+08:00","consulted_at":"","milestone_at":"","dispatched_at":"","accepted_at":"","done_at":"","rated_at":"","erased_at":"","changed_at":"2026-11-25T23:24:13+08:00"}','2026-11-26','','["service:haircut","month:2026-11","state:submitted"]');
INSERT INTO "heads" VALUES('SC5SFBKX','order',1,'submitted','2026-11-25T23:24:13+08:00','{"no":"SC5SFBKX","version":1,"state":"submitted","service":"haircut","wording":"c4012c646e36","key":"776fa2e0b024e5c561c07cdf676d12ff95aee6fde8d426c88c168097281112f4","source":"online","level":"","grid":"","due":"","team":"","answer_by":"","volunteer":"","paused_at":"","waits_until":"","published":"","solved":"","attitude":0,"skill":0,"timeliness":0,"problem":"","answer":"","rated_team":"","rated_volunteer":"","done_by":"","merged_into":"","filed_at":"2026-11-25T23:24:13+08:00","consulted_at":"","milestone_at":"","dispatched_at":"","accepted_at":"","done_at":"","rated_at":"","erased_at":"","changed_at":"2026-11-25T23:24:13+08:00"}','2026-11-26','','["service:haircut","month:2026-11","state:submitted"]');
INSERT INTO "heads" VALUES('QTDC8ZDT','order',1,'submitted','2026-11-25T23:24:13+08:00','{"no":"QTDC8ZDT","version":1,"state":"submitted","service":"haircut","wording":"c4012c646e36","key":"7aecfb2fbcf32eddf296955c360d0b79ca0987eebe23888764b821450518c6f1","source":"online","level":"","grid":"","due":"","team":"","answer_by":"","volunteer":"","paused_at":"","waits_until":"","published":"","solved":"","attitude":0,"skill":0,"timeliness":0,"problem":"","answer":"","rated_team":"","rated_volunteer":"","done_by":"","merged_into":"","filed_at":"2026-11-25T23:24:13+08:00","consulted_at":"","milestone_at":"","dispatched_at":"","accepted_at":"","done_at":"","rated_at":"","erased_at":"","changed_at":"2026-11-25T23:24:13+08:00"}','2026-11-26','','["service:haircut","month:2026-11","state:submitted"]');
INSERT INTO "heads" VALUES('BYW2TPMR','order',1,'submitted','2026-11-25T23:24:13+08:00','{"no":"BYW2TPMR","version":1,"state":"submitted","service":"haircut","wording":"c4012c646e36","key":"ad31253728c8144a937ab5ad0af8e0c05e47c20f7d305a17671522e58f3e87b4","source":"online","level":"","grid":"","due":"","team":"","answer_by":"","volunteer":"","paused_at":"","waits_until":"","published":"","solved":"","attitude":0,"skill":0,"timeliness":0,"problem":"","answer":"","rated_team":"","rated_volunteer":"","done_by":"","merged_into":"","filed_at":"2026-11-25T23:24:13+08:00","consulted_at":"","milestone_at":"","dispatched_at":"","accepted_at":"","done_at":"","rated_at":"","erased_at":"","changed_at":"2026-11-25T23:24:13+08:00"}','2026-11-26','','["service:haircut","month:2026-11","state:submitted"]');
INSERT INTO "heads" VALUES('staff:王芳','staff',1,'active','2026-11-25T23:24:13+08:00','{"name":"王芳","role":"staff","hash":"$argon2id$v=19$m=65536,t=3,p=4$aMv1W2uyxZq5ct3vYHzE1g$Eu6IEnBUD0xXwXnr6fc9UcjbZFUPhpDE99z8Oe3H1UQ"}','','','[]');
CREATE TABLE marks (
        kind TEXT NOT NULL, mark TEXT NOT NULL, begun TEXT NOT NULL, no TEXT NOT NULL,
        trace INTEGER NOT NULL, PRIMARY KEY (kind, mark, begun, no)
    ) WITHOUT ROWID;
INSERT INTO "marks" VALUES('order','','2026-11-25T23:24:13+08:00','BYW2TPMR',0);
INSERT INTO "marks" VALUES('order','','2026-11-25T23:24:13+08:00','QTDC8ZDT',0);
INSERT INTO "marks" VALUES('order','','2026-11-25T23:24:13+08:00','SC5SFBKX',0);
INSERT INTO "marks" VALUES('order','','2026-11-25T23:24:13+08:00','Z9NLHY93',0);
INSERT INTO "marks" VALUES('order','address:0cfd0b630ec15ee1520ed2769c692294','2026-11-25T23:24:13+08:00','BYW2TPMR',1);
INSERT INTO "marks" VALUES('order','address:141e48409598b0ee7895465832f12eb3','2026-11-25T23:24:13+08:00','SC5SFBKX',1);
INSERT INTO "marks" VALUES('order','address:41d1a0311eb5490f031c50b3bdb96d99','2026-11-25T23:24:13+08:00','Z9NLHY93',1);
INSERT INTO "marks" VALUES('order','address:812a60c3d1665e671f1266533e1391ca','2026-11-25T23:24:13+08:00','QTDC8ZDT',1);
INSERT INTO "marks" VALUES('order','last4:3afad4fa9ffd6898b73325ae03279aab','2026-11-25T23:24:13+08:00','Z9NLHY93',1);
INSERT INTO "marks" VALUES('order','last4:81401a2c102cf524f7b354c7285a80fe','2026-11-25T23:24:13+08:00','QTDC8ZDT',1);
INSERT INTO "marks" VALUES('order','last4:9a4b01b8500416bccf15a729b0c46b8e','2026-11-25T23:24:13+08:00','SC5SFBKX',1);
INSERT INTO "marks" VALUES('order','last4:f29ffa98e70ffc16e3df56821b457440','2026-11-25T23:24:13+08:00','BYW2TPMR',1);
INSERT INTO "marks" VALUES('order','month:2026-11','2026-11-25T23:24:13+08:00','BYW2TPMR',0);
INSERT INTO "marks" VALUES('order','month:2026-11','2026-11-25T23:24:13+08:00','QTDC8ZDT',0);
INSERT INTO "marks" VALUES('order','month:2026-11','2026-11-25T23:24:13+08:00','SC5SFBKX',0);
INSERT INTO "marks" VALUES('order','month:2026-11','2026-11-25T23:24:13+08:00','Z9NLHY93',0);
INSERT INTO "marks" VALUES('order','phone:338fed8747da76777c464d266450e3d8','2026-11-25T23:24:13+08:00','Z9NLHY93',1);
INSERT INTO "marks" VALUES('order','phone:8b77498cd73982c96afccff02c4a6529','2026-11-25T23:24:13+08:00','BYW2TPMR',1);
INSERT INTO "marks" VALUES('order','phone:d3efb7307878e2280ad9edc7233b6b75','2026-11-25T23:24:13+08:00','QTDC8ZDT',1);
INSERT INTO "marks" VALUES('order','phone:efb53d58ea9282aa2fe2be2300a7cf49','2026-11-25T23:24:13+08:00','SC5SFBKX',1);
INSERT INTO "marks" VALUES('order','service:haircut','2026-11-25T23:24:13+08:00','BYW2TPMR',0);
INSERT INTO "marks" VALUES('order','service:haircut','2026-11-25T23:24:13+08:00','QTDC8ZDT',0);
INSERT INTO "marks" VALUES('order','service:haircut','2026-11-25T23:24:13+08:00','SC5SFBKX',0);
INSERT INTO "marks" VALUES('order','service:haircut','2026-11-25T23:24:13+08:00','Z9NLHY93',0);
INSERT INTO "marks" VALUES('order','state:submitted','2026-11-25T23:24:13+08:00','BYW2TPMR',0);
INSERT INTO "marks" VALUES('order','state:submitted','2026-11-25T23:24:13+08:00','QTDC8ZDT',0);
INSERT INTO "marks" VALUES('order','state:submitted','2026-11-25T23:24:13+08:00','SC5SFBKX',0);
INSERT INTO "marks" VALUES('order','state:submitted','2026-11-25T23:24:13+08:00','Z9NLHY93',0);
INSERT INTO "marks" VALUES('staff','','2026-11-25T23:24:13+08:00','staff:王芳',0);
CREATE TABLE messages (
        id TEXT PRIMARY KEY, receiver TEXT NOT NULL, text TEXT NOT NULL, state TEXT NOT NULL,
        tries INTEGER NOT NULL, next_at TEXT NOT NULL, error TEXT NOT NULL
    ) WITHOUT ROWID;
CREATE TABLE personal (
        no TEXT NOT NULL, seq INTEGER NOT NULL, sealed BLOB NOT NULL, PRIMARY KEY (no, seq)
    );
INSERT INTO "personal" VALUES('Z9NLHY93',1,X'E9CCD076B8D1FB19EE5DE639FE778845E999BD3168B29AB1ED7E3A177F9BD26CA2D423496D256FF8A21C289157FFB42F5064BE9484D96B219E77CE3388207C0D1592755CD699276CE1F5C3EFE1D8E68B8336D20884852B440F5E4555E4576AD5665129030F082B80F0057FD6D545C22BF354E312F54CA0C1BD1131FDE88E9E276252F2E9D9B4D0EEFA62B0');
INSERT INTO "personal" VALUES('SC5SFBKX',1,X'934AD71BA0F02FE894F4B691D62478DBDA9250A7DA47E09E70C4D46AB6AD4E640A78F599C49D2AA1AB7DE27E3BE141DB662AFA1D99229BC96E7996ABC889288A160CEAEFC369437BF42ACCF36175751A9C21B838036C626FB5F8824BC0EFC4C9A29D73A57E753A236E6AB9923972E9899B647C8E6915F53B63538B1C4CE9D0E84AE30F8F3A0552D5732CBD');
INSERT INTO "personal" VALUES('QTDC8ZDT',1,X'FC3D301551C5D8FB0E9BFDAFBA012F8499FD6E774C0369DD24574E7258A3D8A3A83D55037AEC2420B8FC85501DD3449F33B497E064548B8258658B9A9189F63B79D2C58C9EEF741399C3AE3772E2B6AF5D9E1F93451AC9168BA1B9D8523855322ABD89D3B4AA514E476B76258C639C32CDF7C06DF1A48DFD0BC6A24B342F33A2B4A61D88190FE876483046');
INSERT INTO "personal" VALUES('BYW2TPMR',1,X'FFB93C0685F46FD20A567FB1767AE9377B2D565F151559D698C4A1265DE7405394293ACBAD5C6A37423D384B09C68C3F2682B563F29E021E2C0D21D1A4B93485245FCE623468143BEC7DBD3205019466D72CD8C8E0EA3AED0F103BD1BB3A08F16BBE005130A2081FD07D44AF9924AE86659CF6F3D7D74FE0A4EFA2BA06FF10F25D546541A66FB34F380900');
CREATE TABLE submissions (once TEXT PRIMARY KEY, no TEXT NOT NULL) WITHOUT ROWID;
INSERT INTO "submissions" VALUES('1a86b95d978f768b8c0fe932ebf2337643862fbbea8d48d8d273a19cccd575ec','BYW2TPMR');
INSERT INTO "submissions" VALUES('fa477f7c049d5b082ade4ac19df560eaaa29587a689df7c0a0e8ee065f250e2c','QTDC8ZDT');
INSERT INTO "submissions" VALUES('1b80fa2b35f12d001cff437f43ef595378cdb3726d9c6ba3fa7eb0fda1268838','SC5SFBKX');
INSERT INTO "submissions" VALUES('62618e21612f9445765b562e1adfdf37309b91dcc26a904630bc6e84e14aa3de','Z9NLHY93');
CREATE TABLE tallies (
        month TEXT NOT NULL, name TEXT NOT NULL, stands INTEGER NOT NULL, PRIMARY KEY (month, name)
    ) WITHOUT ROWID;
INSERT INTO "tallies" VALUES('','all submitted',4);
INSERT INTO "tallies" VALUES('2026-11','all wishes',4);
INSERT INTO "tallies" VALUES('2026-11','service:haircut wishes',4);
CREATE INDEX traces ON marks (no) WHERE trace;
CREATE INDEX messages_by_turn ON messages (state, next_at);
CREATE INDEX submissions_by_no ON submissions (no);
CREATE INDEX heads_by_due ON heads (kind, state, due, no);
CREATE INDEX heads_by_owner ON heads (kind, state, owner, due, no) WHERE owner != '';
COMMIT;
PRAGMA user_version = 4;
