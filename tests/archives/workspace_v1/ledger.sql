BEGIN TRANSACTION;
CREATE TABLE entries (
	number INTEGER NOT NULL, 
	kind TEXT NOT NULL, 
	version TEXT NOT NULL, 
	"key" TEXT NOT NULL, 
	text TEXT NOT NULL, 
	person TEXT NOT NULL, 
	role TEXT NOT NULL, 
	reason TEXT NOT NULL, 
	at_utc TEXT NOT NULL, 
	zone TEXT NOT NULL, 
	previous_sha256 TEXT NOT NULL, 
	seal_sha256 TEXT NOT NULL, 
	PRIMARY KEY (number)
);
INSERT INTO "entries" VALUES(1,'file_ref','1','Größen 1.csv','{"kind":"file_ref","name":"Größen 1.csv","sha256":"9764a0175f8c6f98e47893834b50f3efddbdaddb635836bd25960530b250e063","size_bytes":35,"version":"1"}','Ada Lovelace','analyst','intake','2026-11-22T03:44:28.731610Z','+01:00[Europe/Vienna]','0000000000000000000000000000000000000000000000000000000000000000','d769190d7b4e8c4de3edfe45b1726bdddbec4cb8916f0a3c53531212539d668a');
INSERT INTO "entries" VALUES(2,'product','1','ExoHeal','{"cell_source":"umbilical cord","description":"","kind":"product","name":"ExoHeal","version":"1"}','Ada Lovelace','analyst','registration','2026-11-22T03:44:28.735888Z','+01:00[Europe/Vienna]','d769190d7b4e8c4de3edfe45b1726bdddbec4cb8916f0a3c53531212539d668a','f88a8b9a9677c015d9def3b6c0ffcece0f5158048a41facb726242da0f4e1553');
INSERT INTO "entries" VALUES(3,'batch','1','MSC-7','{"cells_count":250000000.0,"facts":{"culture.medium":"α-MEM"},"kind":"batch","label_particles_per_ml":null,"made_on":"","medium_volume_ml":null,"name":"MSC-7","product":"ExoHeal","product_volume_ml":null,"version":"1"}','Ada Lovelace','analyst','registration','2026-11-22T03:44:28.735888Z','+01:00[Europe/Vienna]','f88a8b9a9677c015d9def3b6c0ffcece0f5158048a41facb726242da0f4e1553','91393e457a58d0e479e580687acce86b315a1de77f43c7f106849910a00e41c5');
INSERT INTO "entries" VALUES(4,'sample','1','MSC-7 / vial 3','{"batch":"MSC-7","biological_replicate":"","dilution_factor":1000.0,"dilution_steps":1,"kind":"sample","name":"vial 3","nominal_concentration_per_ml":null,"nominal_concentration_u_per_ml":null,"nominal_diameter_nm":null,"nominal_diameter_u_nm":null,"pipetting_cv_pct":2.0,"role":"product","stage":"final product","version":"1","volume_ml":null}','Ada Lovelace','analyst','registration','2026-11-22T03:44:28.735888Z','+01:00[Europe/Vienna]','91393e457a58d0e479e580687acce86b315a1de77f43c7f106849910a00e41c5','cd0961da9bd0dd7a7be6c05c0173d0c94f2d0c8a4d99eea1296152214035d5c3');
INSERT INTO "entries" VALUES(5,'size_distribution','1','MSC-7 / vial 3','{"arrays_sha256":"58b9c63b4b28067793996eee3e528494ab2abd795aeed010daf2954cee1b9717","file_sha256":"9764a0175f8c6f98e47893834b50f3efddbdaddb635836bd25960530b250e063","kind":"size_distribution","version":"1"}','Ada Lovelace','analyst','reading the export','2026-11-22T03:44:28.746298Z','+01:00[Europe/Vienna]','cd0961da9bd0dd7a7be6c05c0173d0c94f2d0c8a4d99eea1296152214035d5c3','ac273169aad6ce3525f60f5d6851f74b014e119ab8ccc00a8b37559be04d14cf');
INSERT INTO "entries" VALUES(6,'measurement','1','MSC-7 / diameter_mean_nm','{"attribute":"diameter_mean_nm","batch":"MSC-7","beside":[],"budget":{"calibrated":false,"components":[{"degrees_of_freedom":2.0,"distribution":"normal","name":"replicates","sensitivity":1.0,"shared_id":null,"source":"","standard_uncertainty":4.25}],"scale":"absolute"},"finding":null,"kind":"measurement","laboratory":"","measurand":{"counted":"particles","diameter":"hydrodynamic","weighting":"number","window_high_nm":null,"window_low_nm":null},"method":"nanoparticle tracking","notices":[{"action":"Record longer.","code":"few-particles","concerns":"","message":"Only 12 particles were counted.","severity":"caution"}],"performed_at":"","performed_by":"","provenance":{"assumptions":[],"cites":[],"made_by":"characterization.metrics.diameter_mean_nm","software_version":"0.1.0","sources":[{"field":"diameter_nm","locator":"row 3","name":"Größen 1.csv","reader":"","reader_version":"","sha256":"9764a0175f8c6f98e47893834b50f3efddbdaddb635836bd25960530b250e063"}]},"quantity":{"basis":"replicates","comparator":"=","coverage_pct":95.0,"high":119.25,"low":101.5,"unit":"nm","value":110.375},"reason":"","replicates":[{"included":true,"reason":"","run":"video 1","source":{"field":"diameter_nm","locator":"row 3","name":"Größen 1.csv","reader":"","reader_version":"","sha256":"9764a0175f8c6f98e47893834b50f3efddbdaddb635836bd25960530b250e063"},"unit":"nm","value":110.0},{"included":false,"reason":"bubble","run":"video 2","source":{"field":"diameter_nm","locator":"row 3","name":"Größen 1.csv","reader":"","reader_version":"","sha256":"9764a0175f8c6f98e47893834b50f3efddbdaddb635836bd25960530b250e063"},"unit":"nm","value":95.5}],"role":"product","sample":"vial 3","stage":"final product","state":"measured","technique":"","title":"Mean diameter","version":"1"}','Ada Lovelace','analyst','certificate of MSC-7','2026-11-22T03:44:28.749625Z','+01:00[Europe/Vienna]','ac273169aad6ce3525f60f5d6851f74b014e119ab8ccc00a8b37559be04d14cf','f4e9d171bc30c51310dd8754db8792d7249e31d139b9b399bf9345fd351007ca');
INSERT INTO "entries" VALUES(7,'measurement','1','MSC-7 / sterility','{"attribute":"sterility","batch":"MSC-7","beside":[],"budget":null,"finding":null,"kind":"measurement","laboratory":"","measurand":null,"method":"","notices":[],"performed_at":"","performed_by":"","provenance":{"assumptions":[],"cites":[],"made_by":"","software_version":"","sources":[]},"quantity":null,"reason":"no result was brought","replicates":[],"role":"product","sample":"vial 3","stage":"final product","state":"not assessed","technique":"","title":"Sterility","version":"1"}','Ada Lovelace','analyst','certificate of MSC-7','2026-11-22T03:44:28.752216Z','+01:00[Europe/Vienna]','f4e9d171bc30c51310dd8754db8792d7249e31d139b9b399bf9345fd351007ca','32526529c03560380cb0570da707c998917f0b9bd142320da426c6e54efebaf1');
INSERT INTO "entries" VALUES(8,'verdict','1','MSC-7 / diameter_mean_nm','{"batch":"MSC-7","evidence":["6"],"finding":null,"kind":"verdict","limit":{"accept":[],"attribute":"diameter_mean_nm","decimals":0,"group":"","high":200.0,"high_inclusive":true,"limit_kind":"numeric","low":50.0,"low_inclusive":true,"method":"","power_of_ten":false,"rule":"simple","source":"","stage":"final product","title":"","tolerance_pct":null,"unit":"nm","window_high_nm":null,"window_low_nm":null},"method":"","other_outcome":null,"other_rule":null,"outcome":"pass","quantity":{"basis":"replicates","comparator":"=","coverage_pct":95.0,"high":119.25,"low":101.5,"unit":"nm","value":110.375},"reason":"110 nm lies within 50 to 200 nm","sample":"","version":"1"}','Grace Hopper','quality reviewer','review
second line   𝛼','2026-11-22T03:44:28.755018Z','+01:00[Europe/Vienna]','32526529c03560380cb0570da707c998917f0b9bd142320da426c6e54efebaf1','85c60896f523d729e9049dd530714f58128c6eb9676ef2e706a1e97430bd813e');
CREATE TABLE head (
	id INTEGER NOT NULL CHECK (id = 1), 
	number INTEGER NOT NULL, 
	seal_sha256 TEXT NOT NULL, 
	PRIMARY KEY (id)
);
INSERT INTO "head" VALUES(1,8,'85c60896f523d729e9049dd530714f58128c6eb9676ef2e706a1e97430bd813e');
CREATE TABLE workspace (
	format TEXT NOT NULL, 
	version INTEGER NOT NULL, 
	created_utc TEXT NOT NULL, 
	PRIMARY KEY (format)
);
INSERT INTO "workspace" VALUES('paracrine-workspace',1,'2026-11-22T03:44:28.724282Z');
CREATE INDEX entries_kind_key ON entries (kind, "key", number);
CREATE TRIGGER entries_never_change BEFORE UPDATE ON entries BEGIN SELECT RAISE(ABORT, 'entries never change'); END;
CREATE TRIGGER entries_never_go BEFORE DELETE ON entries BEGIN SELECT RAISE(ABORT, 'entries are never deleted'); END;
CREATE TRIGGER entries_follow BEFORE INSERT ON entries
        WHEN NEW.number IS NOT (SELECT coalesce(max(number), 0) + 1 FROM entries)
          OR NEW.previous_sha256 IS NOT coalesce(
               (SELECT seal_sha256 FROM entries ORDER BY number DESC LIMIT 1), printf('%064d', 0))
        BEGIN SELECT RAISE(ABORT, 'an entry follows the last one'); END;
CREATE TRIGGER head_never_goes_back BEFORE UPDATE ON head WHEN NEW.number <= OLD.number
        BEGIN SELECT RAISE(ABORT, 'the head never goes back'); END;
CREATE TRIGGER head_never_goes BEFORE DELETE ON head BEGIN SELECT RAISE(ABORT, 'the head is never deleted'); END;
CREATE TRIGGER workspace_never_changes BEFORE UPDATE ON workspace BEGIN SELECT RAISE(ABORT, 'the format never changes'); END;
CREATE TRIGGER workspace_never_goes BEFORE DELETE ON workspace BEGIN SELECT RAISE(ABORT, 'the format is never deleted'); END;
COMMIT;
