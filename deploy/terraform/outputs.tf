output "database_url_of_the_administrator" {
  description = "For roles.sql, which makes the owner's role (migrations) and those of web and workers."
  value       = "postgres://shop:${random_password.administrator.result}@${aws_db_instance.primary.endpoint}/shop?sslmode=require"
  sensitive   = true
}

output "replicas" {
  description = "For DATABASE_REPLICA_URL."
  value       = aws_db_instance.replica[*].endpoint
}

output "cache" {
  description = "For CACHE_URL."
  value       = aws_elasticache_replication_group.cache.primary_endpoint_address
}

output "broker" {
  description = "For CELERY_BROKER_URL."
  value       = aws_elasticache_replication_group.broker.primary_endpoint_address
}

output "bucket" {
  description = "For STORAGE_URL."
  value       = aws_s3_bucket.files.bucket
}

output "load_balancer" {
  description = "Where the shop's name in the DNS leads: an alias to this name, in this zone."
  value       = { name = aws_lb.shop.dns_name, zone_id = aws_lb.shop.zone_id }
}

output "target_group" {
  description = "For targetGroupARN in ../kubernetes-aws/balanced.yaml."
  value       = aws_lb_target_group.nginx.arn
}

output "load_balancer_security_group" {
  description = "For groupID in ../kubernetes-aws/balanced.yaml."
  value       = aws_security_group.load_balancer.id
}
