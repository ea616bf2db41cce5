variable "name" {
  description = "What everything is called."
  type        = string
  default     = "shop"
}

variable "subnet_ids" {
  description = "Private subnets, in two zones at least."
  type        = list(string)
}

variable "security_group_ids" {
  description = "Groups that let in the cluster and nobody else."
  type        = list(string)
}

variable "database_class" {
  type    = string
  default = "db.m7g.large"
}

variable "database_gigabytes" {
  type    = number
  default = 100
}

variable "replicas" {
  description = "Copies that pages are read from (DATABASE_REPLICA_URL)."
  type        = number
  default     = 1
}

variable "redis_class" {
  type    = string
  default = "cache.t4g.small"
}
