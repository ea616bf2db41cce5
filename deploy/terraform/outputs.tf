output "database_url_of_the_administrator" {
  description = "For roles.sql, which makes the owner's role (migrations) and those of web and workers."
  value       = "postgres://shop:${random_password.administrator.result}@${aws_db_instance.primary.endpoint}/shop?sslmode=require"
  sensitive   = true
}

output "replicas" {
  value = aws_db_instance.replica[*].endpoint
}

output "cache" {
  value = aws_elasticache_replication_group.cache.primary_endpoint_address
}

output "broker" {
  value = aws_elasticache_replication_group.broker.primary_endpoint_address
}

output "bucket" {
  value = aws_s3_bucket.files.bucket
}
