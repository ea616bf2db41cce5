variable "name" {
  description = "What everything is called."
  type        = string
  default     = "shop"
}

variable "vpc_id" {
  description = "The network that all of it is in."
  type        = string
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
  description = "Size of the machine that Postgres runs on, and of each replica's."
  type        = string
  default     = "db.m7g.large"
}

variable "database_gigabytes" {
  description = "Disk of Postgres at first; it grows by itself to four times as much."
  type        = number
  default     = 100
}

variable "replicas" {
  description = "Copies that pages are read from (DATABASE_REPLICA_URL)."
  type        = number
  default     = 1
}

variable "redis_class" {
  description = "Size of each machine that Redis runs on."
  type        = string
  default     = "cache.t4g.small"
}

variable "public_subnet_ids" {
  description = "Public subnets of the load balancer, in two zones at least."
  type        = list(string)
}

variable "certificate_arn" {
  description = "Certificate of the shop's name, in ACM of the same region, which renews it."
  type        = string
}

variable "tls_policy" {
  description = "What the load balancer speaks: TLS 1.2 and 1.3 with forward secrecy and authenticated ciphers."
  type        = string
  default     = "ELBSecurityPolicy-TLS13-1-2-Res-2021-06"
}

variable "nginx_port" {
  description = "Where nginx listens (LISTEN): 8080 in its image."
  type        = number
  default     = 8080
}

variable "nginx_addresses" {
  description = "Private addresses of machines with nginx; none in Kubernetes, whose controller registers the pods."
  type        = list(string)
  default     = []
}

variable "security_group_ids_of_nginx" {
  description = "Groups of the machines or nodes with nginx: the load balancer is let in there, and gets nowhere else."
  type        = list(string)
}

variable "health_check_path" {
  description = "What the load balancer asks nginx, and nginx a web instance."
  type        = string
  default     = "/health/ready"
}
