//! The Campaign Mapping database of `config/campaign-mapping`, as a newcomer would copy it.

use private_postgres::Server;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions as _, Connection as _};

use super::*;

const SCHEMA: &str = include_str!("../../../config/campaign-mapping/schema.sql");
const DATA: &str = include_str!("../../../config/campaign-mapping/data.sql");
const EXPECTED: &str = include_str!("../../../config/campaign-mapping/expected.toml");

#[test]
fn the_campaign_mapping_database_gives_the_register_of_the_equivalent_files() {
    let of_files = said(
        read_all(
            "country,client_code,client_name,parent_code,account_id,account_name,business_center_id,member,state,start_date,end_date,added_by,tags\n\
             DK,C07,365discount,,7455853043520561748,365discount Brand,7564000000000000003,omd-dk@annalect-data.info,,2025-01-01,,Mette Holm,brand|retail\n\
             DK,C07,365discount,,7651505561304451669,,,omd-dk@annalect-data.info,requested,2026-12-01,,Jonas Friis,\n\
             DK,C07,365discount,,7741374847771834170,365discount Job,7564000000000000003,omd-dk@annalect-data.info,,2026-02-01,2026-12-31,Mette Holm,\n\
             DK,C08,Byens Cykler,P1,7549306668364507495,Byens Cykler,,omd-dk@annalect-data.info,,,,,\n\
             DK,C09,Byens Ladcykler,P1,7549306668364507495,Byens Cykler,,omd-dk@annalect-data.info,,,,,\n\
             SE,S01,Nordic Foods,,7.52602E+18,Nordic Foods 01,7564000000000000001,,,,,import,\n"
                .as_bytes(),
            "country,client_code,email,name,language,role\n\
             DK,C07,mette@365discount.example,Mette Holm,da,client\n\
             DK,*,owner-dk@agency.example,Bo Krag,,owner\n\
             SE,S01,sara@nordicfoods.example,,sv,client\n"
                .as_bytes(),
            "country,client_code,account_id,business_center_id,reason,until\n\
             DK,C08,,,campaign paused until spring,2027-03-31\n\
             ,,7741374847771834170,,the client is asked by phone,2026-12-15\n"
                .as_bytes(),
        )
        .unwrap(),
        1,
    );
    assert_eq!((of_files.accounts.len(), of_files.bad_rows.len()), (5, 1));

    let document: toml::Table = EXPECTED.parse().unwrap();
    let section = document["expected"].as_table().unwrap();
    let queries = ["accounts", "contacts", "exceptions"].map(|name| section[name].as_str().unwrap().to_owned());
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("mapping.db");
    let schema = Server::shared().schema();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let script = || AssertSqlSafe(format!("{SCHEMA}{DATA}"));
        let mut conn = SqliteConnectOptions::new().filename(&file).create_if_missing(true).connect().await.unwrap();
        sqlx::raw_sql(script()).execute(&mut conn).await.unwrap();
        conn.close().await.unwrap();
        let mut conn = schema.parse::<sqlx::postgres::PgConnectOptions>().unwrap().connect().await.unwrap();
        sqlx::raw_sql(script()).execute(&mut conn).await.unwrap();
        conn.close().await.unwrap();
    });
    for url in [format!("sqlite://{}", file.display()), schema] {
        assert_eq!(said(read_of(Source::Sql { url: url.into() }, queries.clone()), 0), of_files);
    }
}
