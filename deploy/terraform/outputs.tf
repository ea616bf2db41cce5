output "database_url_of_the_owner" {
  description = "For migrations and roles.sql; web and workers have roles of their own."
  value       = "postgres://shop:${random_password.owner.result}@${aws_db_instance.primary.endpoint}/shop?sslmode=require"
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
