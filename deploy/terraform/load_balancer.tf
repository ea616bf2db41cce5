resource "aws_security_group" "load_balancer" {
  name        = "${var.name}-load-balancer"
  description = "Visitors reach the load balancer, and it reaches nginx"
  vpc_id      = var.vpc_id
}

resource "aws_vpc_security_group_ingress_rule" "visitors" {
  for_each          = toset(["80", "443"])
  security_group_id = aws_security_group.load_balancer.id
  cidr_ipv4         = "0.0.0.0/0"
  ip_protocol       = "tcp"
  from_port         = tonumber(each.value)
  to_port           = tonumber(each.value)
}

resource "aws_vpc_security_group_egress_rule" "nginx" {
  for_each                     = toset(var.security_group_ids_of_nginx)
  security_group_id            = aws_security_group.load_balancer.id
  referenced_security_group_id = each.value
  ip_protocol                  = "tcp"
  from_port                    = var.nginx_port
  to_port                      = var.nginx_port
}

resource "aws_vpc_security_group_ingress_rule" "nginx" {
  for_each                     = toset(var.security_group_ids_of_nginx)
  security_group_id            = each.value
  referenced_security_group_id = aws_security_group.load_balancer.id
  ip_protocol                  = "tcp"
  from_port                    = var.nginx_port
  to_port                      = var.nginx_port
}

resource "aws_lb" "shop" {
  name                       = var.name
  load_balancer_type         = "application"
  security_groups            = [aws_security_group.load_balancer.id]
  subnets                    = var.public_subnet_ids
  idle_timeout               = 60 # seconds; nginx keeps a connection for longer, streams say something every 15
  drop_invalid_header_fields = true
  enable_deletion_protection = true
}

resource "aws_lb_target_group" "nginx" {
  name                 = "${var.name}-nginx"
  target_type          = "ip"
  vpc_id               = var.vpc_id
  port                 = var.nginx_port
  protocol             = "HTTP"
  deregistration_delay = 30 # seconds for what has begun; the default is five minutes

  # Answered by a web instance, through nginx, which lets in who is named in its PROBES. Where all are unhealthy, as
  # while the database is away, all are asked as before, and visitors read when to come again.
  health_check {
    path                = var.health_check_path
    matcher             = "200"
    interval            = 10
    timeout             = 5
    healthy_threshold   = 2
    unhealthy_threshold = 3
  }
}

resource "aws_lb_target_group_attachment" "nginx" {
  for_each         = toset(var.nginx_addresses)
  target_group_arn = aws_lb_target_group.nginx.arn
  target_id        = each.value
  port             = var.nginx_port
}

resource "aws_lb_listener" "https" {
  load_balancer_arn = aws_lb.shop.arn
  port              = 443
  protocol          = "HTTPS"
  ssl_policy        = var.tls_policy
  certificate_arn   = var.certificate_arn

  default_action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.nginx.arn
  }
}

resource "aws_lb_listener" "http" {
  load_balancer_arn = aws_lb.shop.arn
  port              = 80
  protocol          = "HTTP"

  default_action {
    type = "redirect"

    redirect {
      port        = "443"
      protocol    = "HTTPS"
      status_code = "HTTP_301"
    }
  }
}
