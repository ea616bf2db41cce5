# What a provider runs for the shop: Postgres with a replica, two Redis, a bucket, and the load balancer. Written for
# AWS and checked for its form only: it has not been applied.
#
# The load balancer (load_balancer.tf) ends TLS and sends everything to nginx, which knows files, instances and streams.
# It knows nginx by network addresses, so that both forms of the shop fit behind it: in Kubernetes the AWS Load Balancer
# Controller writes down those of the pods (../kubernetes-aws binds them to the target group); machines with ../systemd
# are named in nginx_addresses.

terraform {
  required_version = ">= 1.6"
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 6.0"
    }
    random = {
      source  = "hashicorp/random"
      version = "~> 3.6"
    }
  }
}

resource "random_password" "administrator" {
  length  = 40
  special = false
}

resource "aws_db_subnet_group" "shop" {
  name       = var.name
  subnet_ids = var.subnet_ids
}

resource "aws_db_instance" "primary" {
  identifier                   = var.name
  engine                       = "postgres"
  engine_version               = "17"
  instance_class               = var.database_class
  allocated_storage            = var.database_gigabytes
  max_allocated_storage        = 4 * var.database_gigabytes
  storage_encrypted            = true
  db_name                      = "shop"
  username                     = "shop"
  password                     = random_password.administrator.result
  multi_az                     = true
  db_subnet_group_name         = aws_db_subnet_group.shop.name
  vpc_security_group_ids       = var.security_group_ids
  backup_retention_period      = 14
  deletion_protection          = true
  performance_insights_enabled = true
  skip_final_snapshot          = false
  final_snapshot_identifier    = "${var.name}-final"
}

resource "aws_db_instance" "replica" {
  count                  = var.replicas
  identifier             = "${var.name}-replica-${count.index + 1}"
  replicate_source_db    = aws_db_instance.primary.identifier
  instance_class         = var.database_class
  vpc_security_group_ids = var.security_group_ids
  skip_final_snapshot    = true
}

resource "aws_elasticache_subnet_group" "shop" {
  name       = var.name
  subnet_ids = var.subnet_ids
}

# May vanish: losing it costs speed.
resource "aws_elasticache_parameter_group" "cache" {
  name   = "${var.name}-cache"
  family = "redis7"

  parameter {
    name  = "maxmemory-policy"
    value = "allkeys-lru"
  }
}

resource "aws_elasticache_replication_group" "cache" {
  replication_group_id       = "${var.name}-cache"
  description                = "The shop's cache"
  engine                     = "redis"
  node_type                  = var.redis_class
  num_cache_clusters         = 1
  parameter_group_name       = aws_elasticache_parameter_group.cache.name
  subnet_group_name          = aws_elasticache_subnet_group.shop.name
  security_group_ids         = var.security_group_ids
  snapshot_retention_limit   = 0
  automatic_failover_enabled = false
}

# Losing it costs seconds: what was queued is found in the database again.
resource "aws_elasticache_parameter_group" "broker" {
  name   = "${var.name}-broker"
  family = "redis7"

  parameter {
    name  = "maxmemory-policy"
    value = "noeviction"
  }
}

resource "aws_elasticache_replication_group" "broker" {
  replication_group_id       = "${var.name}-broker"
  description                = "The shop's queue"
  engine                     = "redis"
  node_type                  = var.redis_class
  num_cache_clusters         = 2
  parameter_group_name       = aws_elasticache_parameter_group.broker.name
  subnet_group_name          = aws_elasticache_subnet_group.shop.name
  security_group_ids         = var.security_group_ids
  automatic_failover_enabled = true
}

resource "aws_s3_bucket" "files" {
  bucket = "${var.name}-files"
}

resource "aws_s3_bucket_versioning" "files" {
  bucket = aws_s3_bucket.files.id

  versioning_configuration {
    status = "Enabled"
  }
}

# Only what is below media/ may be read by anybody.
resource "aws_s3_bucket_public_access_block" "files" {
  bucket                  = aws_s3_bucket.files.id
  block_public_acls       = true
  ignore_public_acls      = true
  block_public_policy     = false
  restrict_public_buckets = false
}

resource "aws_s3_bucket_policy" "media" {
  bucket     = aws_s3_bucket.files.id
  depends_on = [aws_s3_bucket_public_access_block.files]

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = "*"
      Action    = "s3:GetObject"
      Resource  = "${aws_s3_bucket.files.arn}/media/*"
    }]
  })
}
