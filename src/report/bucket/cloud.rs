//! The clients of the clouds, with what the environment says.
//!
//! Credentials are the one thing that not the configuration but the client itself reads from the environment: each cloud
//! has its own ways for a pod to be somebody, and its `from_env` knows them all.

use std::sync::Arc;
use std::time::Duration;

use object_store::aws::{AmazonS3Builder, AmazonS3ConfigKey as Aws};
use object_store::azure::{AzureConfigKey as Azure, MicrosoftAzureBuilder};
use object_store::gcp::{GoogleCloudStorageBuilder, GoogleConfigKey as Google};
use object_store::{BackoffConfig, ObjectStore, RetryConfig};

use crate::config::Cloud;
use crate::report::Error;

/// One request is tried again for a minute at most; how long a single try may take is the client's 30 s.
fn retry() -> RetryConfig {
    let backoff = BackoffConfig { max_backoff: Duration::from_secs(5), ..BackoffConfig::default() };
    RetryConfig { backoff, max_retries: 5, retry_timeout: Duration::from_secs(60) }
}

/// A client, and what to say of its credentials where the store lets nobody in.
pub(super) fn client(cloud: Cloud, bucket: &str) -> Result<(Arc<dyn ObjectStore>, &'static str), Error> {
    // Whoever of us comes first installs it, as TikTok's client does.
    drop(rustls::crypto::ring::default_provider().install_default());
    match cloud {
        Cloud::S3 => s3(bucket),
        Cloud::Google => google(bucket),
        Cloud::Azure => azure(bucket),
    }
}

/// `s3://bucket/prefix` and the like.
pub(super) fn shown(cloud: Cloud, name: &str, prefix: &str) -> String {
    let scheme = match cloud {
        Cloud::S3 => "s3",
        Cloud::Google => "gs",
        Cloud::Azure => "az",
    };
    let slash = if prefix.is_empty() { "" } else { "/" };
    format!("{scheme}://{name}{slash}{prefix}")
}

fn s3(bucket: &str) -> Result<(Arc<dyn ObjectStore>, &'static str), Error> {
    let builder = AmazonS3Builder::from_env().with_bucket_name(bucket).with_retry(retry());
    let set = |key: Aws| builder.get_config_value(&key).is_some();
    let own = set(Aws::AccessKeyId);
    let role = set(Aws::WebIdentityTokenFile) && set(Aws::RoleArn);
    let task = set(Aws::ContainerCredentialsRelativeUri) || set(Aws::ContainerCredentialsFullUri);
    let credentials = match () {
        () if own => {
            "look at AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_REGION and AWS_ENDPOINT, and at the rights of that key"
        }
        () if role || task => "look at the rights of the pod's role, at AWS_REGION and AWS_ENDPOINT",
        () => {
            "no credentials are set (AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or a pod's role), and the machine gives none"
        }
    };
    let remedy = "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY go together; look at every variable AWS_…";
    let store = builder.build().map_err(|_| Error::Settings { cloud: "Amazon S3", remedy })?;
    Ok((Arc::new(store), credentials))
}

fn google(bucket: &str) -> Result<(Arc<dyn ObjectStore>, &'static str), Error> {
    let builder = GoogleCloudStorageBuilder::from_env().with_bucket_name(bucket).with_retry(retry());
    let set = |key: Google| builder.get_config_value(&key).is_some();
    let own = set(Google::ServiceAccount) || set(Google::ServiceAccountKey) || set(Google::ApplicationCredentials);
    let credentials = if own {
        "look at the account that GOOGLE_SERVICE_ACCOUNT or GOOGLE_APPLICATION_CREDENTIALS names, and at its rights"
    } else {
        "no credentials are set (GOOGLE_SERVICE_ACCOUNT or GOOGLE_APPLICATION_CREDENTIALS), and the machine gives none"
    };
    let remedy =
        "GOOGLE_SERVICE_ACCOUNT or GOOGLE_APPLICATION_CREDENTIALS must name a readable JSON file of credentials";
    let store = builder.build().map_err(|_| Error::Settings { cloud: "Google Cloud Storage", remedy })?;
    Ok((Arc::new(store), credentials))
}

fn azure(container: &str) -> Result<(Arc<dyn ObjectStore>, &'static str), Error> {
    let builder = MicrosoftAzureBuilder::from_env().with_container_name(container).with_retry(retry());
    let set = |key: Azure| builder.get_config_value(&key).is_some();
    let own = set(Azure::AccessKey) || set(Azure::SasKey) || set(Azure::ClientSecret) || set(Azure::FederatedTokenFile);
    let credentials = if own {
        "look at AZURE_STORAGE_ACCOUNT_NAME and its key or identity, and at its rights"
    } else {
        "no credentials are set (AZURE_STORAGE_ACCOUNT_KEY, AZURE_STORAGE_SAS_KEY or a workload identity), and the machine gives none"
    };
    let remedy = "AZURE_STORAGE_ACCOUNT_NAME must name the account, and its key must be whole";
    let store = builder.build().map_err(|_| Error::Settings { cloud: "Azure Blob Storage", remedy })?;
    Ok((Arc::new(store), credentials))
}
